import { z } from "zod";

/** Small values that several documents hold. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const packageName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/);
export const platform = z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/);
export const sizeBytes = z.int().min(0);
export const count = z.int().min(0);
/** `/`-separated, inside its root. */
export const relativePath = z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\0\\]+$/);
/** Who decides how strictly a deployment is held. */
export const lane = z.enum(["local", "ci", "release"]);
/** How strictly an invariant is held in a lane. */
export const severity = z.enum(["off", "advisory", "blocking"]);

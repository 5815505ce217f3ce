import { VoxError } from "../errors/vox-error.ts";
import type { ImagePlace } from "./read-image.ts";
import { verifyImage } from "./verify-image.ts";

export interface WantedSigners {
  /** Who says so, for people. */
  readonly by: string;
  /** Absolute paths of public keys. */
  readonly keys: readonly string[];
  readonly offline: boolean;
}

/** One of the keys must have signed the image, and what is said of it; without keys nothing is asked. @throws {VoxError} POLICY_REFUSED */
export async function requireSigned(
  place: ImagePlace,
  { by, keys, offline }: WantedSigners,
  ports: Parameters<typeof verifyImage>[2],
): Promise<void> {
  if (keys.length === 0) return;
  const { ok, checks } = await verifyImage(place, { keys, offline }, ports);
  if (ok) return;
  const failed = checks.filter((check) => !check.ok).map(({ id, detail }) => `${id}: ${detail}`);
  throw new VoxError("POLICY_REFUSED", `\`${place.reference}\` is not what ${by} signed: ${failed.join("; ")}`);
}

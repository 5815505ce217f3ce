import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { LowerDockerfile } from "../plan/lower-plan.ts";
import { edited } from "./text-edits.ts";

/** A Dockerfile's text with other names for the images that it names; all else stays. */
export const pinnedDockerfile = ({ text, images }: LowerDockerfile, nameOf: (image: LockedBaseImage) => string): string =>
  edited(
    text,
    images.map(({ start, end, locked }) => ({ start, end, text: nameOf(locked) })),
  );

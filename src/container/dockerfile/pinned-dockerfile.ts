import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { LowerDockerfile } from "../plan/lower-plan.ts";

/** A Dockerfile's text with other names for the images that it names; all else stays. */
export function pinnedDockerfile({ text, images }: LowerDockerfile, nameOf: (image: LockedBaseImage) => string): string {
  let pinned = "";
  let at = 0;
  for (const { start, end, locked } of images) {
    pinned += text.slice(at, start) + nameOf(locked);
    at = end;
  }
  return pinned + text.slice(at);
}

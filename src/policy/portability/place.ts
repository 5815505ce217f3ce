import type { ProjectFacts } from "./facts.ts";
import type { Place } from "./verdict.ts";

/** Where a key of [deploy.container] stands, else the file. */
export function placeOf({ manifest }: Pick<ProjectFacts, "manifest">, key: string): Place {
  const { file, text } = manifest;
  const at = text.split("\n").findIndex((line) => new RegExp(`^\\s*${key}\\s*=`).test(line));
  return at < 0 ? { file } : { file, line: at + 1 };
}

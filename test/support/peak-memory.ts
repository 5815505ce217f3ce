import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Desk } from "./vox-cli.ts";

export interface PeakMemory {
  /** For the environment of a run at the desk. */
  readonly env: Readonly<Record<string, string>>;
  /** The most that the last run that ended had of resident memory, as the kernel counts it, in MiB. */
  peakMiB(): number;
}

/** Lets runs of the program tell how much memory they took. */
export function watchMemory(desk: Desk): PeakMemory {
  const [module, noted] = [join(desk.folder, "peak-memory.mjs"), join(desk.folder, "peak-memory")];
  const text = `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(noted)}, String(process.resourceUsage().maxRSS)));
`;
  writeFileSync(module, text);
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(module).href}` },
    peakMiB: () => Number(readFileSync(noted, "utf8")) / 1024,
  };
}

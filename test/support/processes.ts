import { readdirSync, readFileSync } from "node:fs";

/** How many processes of this machine, in containers too, run a command; one that ended meanwhile is none. */
export const processesOf = (command: string): number =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandOf(name) === command).length;

function commandOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "").replaceAll("\0", " ");
  } catch {
    return undefined;
  }
}

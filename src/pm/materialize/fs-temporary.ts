import { createHash, randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { kill, pid } from "node:process";
import { statOf } from "./fs-stamp.ts";

const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
const ABANDONED_AFTER_NS = 24n * 3600n * 1_000_000_000n;

/** A path in `dir` that nobody else uses, and that tells whose it is. */
export const temporaryPath = (dir: string, prefix: string): string => join(dir, `${prefix}${HOST}-${pid}-${randomUUID()}`);

/** Removes what killed processes left: those of this host that are gone, and whatever is a day older than `now`, a file just made. */
export function removeLeftovers(dir: string, prefix: string, now: string): void {
  const nowNs = statOf(now)?.ctimeNs ?? 0n;
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dir, name);
    const owner = name.slice(prefix.length);
    const changedNs = statOf(path)?.ctimeNs ?? nowNs;
    const abandoned = isOfThisHost(owner) ? isAbandoned(owner) : nowNs - changedNs > ABANDONED_AFTER_NS;
    if (abandoned) rmSync(path, { recursive: true, force: true });
  }
}

/** Whether a temporary path, named without its prefix, was made on this host by a process that is gone. */
export const isAbandoned = (owner: string): boolean => isOfThisHost(owner) && !isRunning(Number(owner.split("-")[1]));

const isOfThisHost = (owner: string): boolean => owner.split("-")[0] === HOST;

function isRunning(candidate: number): boolean {
  try {
    // Signal 0 only asks.
    kill(candidate, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

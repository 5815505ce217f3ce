import { setMaxListeners } from "node:events";
import { EXIT, type ExitCode } from "../errors/catalogue-entry.ts";
import type { Host, StopSignal } from "./host.ts";

/** How long a stopped command may clean up, in milliseconds. */
const GRACE_MS = 3000;

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const satisfies Record<StopSignal, ExitCode>;

/**
 * Runs work that SIGINT and SIGTERM abort; the result is then the signal's exit code, whatever the work made of it.
 * A second signal ends the wait for the work's cleanup.
 */
export async function runInterruptible(
  onStopSignal: Host["onStopSignal"],
  work: (signal: AbortSignal) => Promise<number>,
  graceMs = GRACE_MS,
): Promise<number> {
  const controller = new AbortController();
  // Every request that is under way listens: many at a time are no leak.
  setMaxListeners(0, controller.signal);
  let stopCode: ExitCode | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ignore = (): void => {};
  const gaveUp = new Promise<number>((resolve) => {
    ignore = onStopSignal((signal) => {
      if (stopCode !== undefined) return resolve(stopCode);
      const code = CODES[signal];
      stopCode = code;
      timer = setTimeout(() => resolve(code), graceMs);
      controller.abort(new DOMException(`stopped by ${signal}`, "AbortError"));
    });
  });
  try {
    const code = await Promise.race([work(controller.signal), gaveUp]);
    return stopCode ?? code;
  } catch (error) {
    if (stopCode !== undefined) return stopCode;
    throw error;
  } finally {
    ignore();
    clearTimeout(timer);
  }
}

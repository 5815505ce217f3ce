import { describe, expect, it } from "vitest";
import { runInterruptible } from "../../../src/cli/interruption.ts";
import { recordedHost } from "./host.ts";

const never = new Promise<number>(() => {});

/** Work that ends, in its own way, once it is aborted. */
const until = (signal: AbortSignal, end: () => Promise<number>): Promise<number> =>
  new Promise((resolve, reject) => signal.addEventListener("abort", () => void end().then(resolve, reject)));

describe("a stopped command", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s ends with %d, whether its cleanup succeeds or fails", async (signal, code) => {
    for (const end of [() => Promise.resolve(0), () => Promise.reject(new Error("aborted"))]) {
      const { host, stop, listeners } = recordedHost();
      const result = runInterruptible(host.onStopSignal, (aborted) => until(aborted, end));
      stop(signal);
      expect(await result).toBe(code);
      expect(listeners()).toBe(0);
    }
  });

  it("is waited for, and not for ever", async () => {
    const { host, stop } = recordedHost();
    const result = runInterruptible(host.onStopSignal, () => never, 20);
    stop("SIGINT");
    expect(await result).toBe(130);
  });

  it("is not waited for after a second signal", async () => {
    const { host, stop } = recordedHost();
    const result = runInterruptible(host.onStopSignal, () => never, 60_000);
    stop("SIGTERM");
    stop("SIGINT");
    expect(await result).toBe(143);
  });
});

describe("a command that nobody stops", () => {
  it("ends with its own code, and with its own error", async () => {
    const { host, listeners } = recordedHost();
    expect(await runInterruptible(host.onStopSignal, () => Promise.resolve(3))).toBe(3);
    await expect(runInterruptible(host.onStopSignal, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(listeners()).toBe(0);
  });
});

import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { anySignal } from "../../../src/core/any-signal.ts";

describe("a signal of several", () => {
  it("aborts with the first, and with its reason", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const any = anySignal(first.signal, second.signal);
    expect(any.aborted).toBe(false);
    second.abort("stopped");
    expect(any.reason).toBe("stopped");
  });

  it("may have any number of listeners without a warning of Node's", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const any = anySignal(new AbortController().signal);
    for (let count = 0; count < 20; count += 1) any.addEventListener("abort", () => undefined);
    await setImmediate();
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

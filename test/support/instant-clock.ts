import type { Clock } from "../../src/core/clock.ts";

/** A clock whose time passes only while someone sleeps, and then at once. */
export class InstantClock implements Clock {
  readonly sleptMs: number[] = [];
  #nowMs = 1_700_000_000_000;

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleptMs.push(durationMs);
    this.#nowMs += durationMs;
  }

  pass(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}

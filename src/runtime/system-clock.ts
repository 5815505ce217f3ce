import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, signal ? { signal } : {}),
};

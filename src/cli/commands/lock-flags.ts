import type { LockFlags } from "../../config/lock-mode.ts";
import { type CommandContext, isGiven } from "../command-context.ts";

/** How a call asks to hold the lock. */
export const lockFlags = ({ options }: CommandContext): LockFlags => ({
  locked: isGiven(options, "locked"),
  frozen: isGiven(options, "frozen"),
  offline: isGiven(options, "offline"),
});

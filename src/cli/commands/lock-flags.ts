import { isLane, type LockFlags } from "../../config/lock-mode.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";

/** How a call asks to hold the lock. */
export function lockFlags({ options }: CommandContext): LockFlags {
  const lane = textOption(options, "lane") ?? "";
  return {
    locked: isGiven(options, "locked"),
    frozen: isGiven(options, "frozen"),
    offline: isGiven(options, "offline"),
    ...(isLane(lane) && { lane }),
  };
}

import type { LockMode } from "../project/materialized-project.ts";

/** How a command holds the lock and the network (contracts, §3 "Modes"). */
export interface LockHold {
  readonly mode: LockMode;
  readonly offline: boolean;
}

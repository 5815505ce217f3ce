import type { LockMode } from "../project/materialized-project.ts";

/** How a command holds the lock and the network (contracts, §3 "Modes"). */
export interface LockHold {
  readonly mode: LockMode;
  readonly offline: boolean;
  /** `release` forbids what cannot be made again the same (contracts, §2). */
  readonly lane?: "local" | "ci" | "release";
}

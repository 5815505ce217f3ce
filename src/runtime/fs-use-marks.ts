import { statSync, utimesSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { MARK_GRAIN_MS, type MarkUsed } from "../core/use-mark.ts";
import { isSystemError } from "../oci/fs-errors.ts";
import { systemClock } from "./system-clock.ts";

/** Marks what is used by its mtime. Where that cannot be set, as in a cache that is read-only or another user's, it stays as it is. */
export const useMarks =
  (clock: Pick<Clock, "nowMs">): MarkUsed =>
  (path) => {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) return false;
      const nowMs = clock.nowMs();
      if (nowMs - stats.mtimeMs > MARK_GRAIN_MS) utimesSync(path, nowMs / 1000, nowMs / 1000);
      return true;
    } catch (error) {
      return !isSystemError(error, "ENOENT", "ENOTDIR");
    }
  };

export const markUsed = useMarks(systemClock);

/** Notes that what stands at a path is in use now, so that it is not collected; false when nothing is there. */
export type MarkUsed = (path: string) => boolean;

/** A mark that is younger than this is not set anew, so that marking costs a warm run next to nothing. */
export const MARK_GRAIN_MS = 10 * 60 * 1000;

/** What was marked within this time is never collected: a command that uses it may still run. Several times the grain. */
export const USE_GRACE_MS = 60 * 60 * 1000;

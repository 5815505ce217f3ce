/** A command's or group's path is its words after `vox`: `lock`, `pm publish`, `pm cache gc`. */

/** The path of the group that holds it; empty for what stands at the top. */
export const groupOfPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(" ")));

/** The word that names it in its group. */
export const wordOfPath = (path: string): string => path.slice(path.lastIndexOf(" ") + 1);

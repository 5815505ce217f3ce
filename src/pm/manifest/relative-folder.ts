import { posix } from "node:path";

/** The way from one folder to another, both relative to the same base; `from` does not leave the base. `.` for the same folder. */
export function relativeFolder(from: string, to: string): string {
  const [start, end] = [segmentsOf(from), segmentsOf(to)];
  const differs = start.findIndex((segment, index) => segment !== end[index]);
  const shared = differs < 0 ? start.length : differs;
  return [...start.slice(shared).map(() => ".."), ...end.slice(shared)].join("/") || ".";
}

/** A relative folder written in one way: no `./` before it, no slash at its end. */
export const normalFolder = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, "");

const segmentsOf = (path: string): string[] => {
  const normal = normalFolder(path);
  return normal === "." ? [] : normal.split("/");
};

import { digestOf } from "../../core/digest.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";

/** A directory as it was last known to hold what it should: adding or removing an entry changes its ctime. */
export interface RecordedDirectory {
  /** Relative to the tree's root, `.` for the root itself. */
  readonly path: string;
  /** `INODE CTIME_NS`. */
  readonly stamp: string;
}

/** A file as it was last known to be right. */
export interface RecordedFile {
  readonly path: string;
  /** `INODE SIZE CTIME_NS`. */
  readonly stamp: string;
  readonly executable: boolean;
  /** Hex digits. They stay text: a quick pass needs none of ten thousand. */
  readonly sha256: string;
}

/** A link to a sibling, looked at when its directory changed. */
export interface RecordedLink {
  readonly path: string;
  readonly target: string;
}

/** What was unpacked; paths are relative to the package's folder. */
export interface UnpackedPackage {
  /** Below the package's folder, parents first. */
  readonly directories: readonly string[];
  readonly files: readonly RecordedFile[];
}

/** What a directory tree must be, and the stamps that tell whether anything touched it since. Parents come before children. */
export interface TreeRecord {
  readonly directories: readonly RecordedDirectory[];
  readonly files: readonly RecordedFile[];
  readonly links: readonly RecordedLink[];
}

const HEADER = "vox-tree 1";

/** One line an entry, and the digest of it all: a record that was cut or changed is no record. */
export function formatTreeRecord(record: TreeRecord): string {
  const lines = [
    HEADER,
    ...record.directories.map((entry) => `d ${entry.stamp} ${entry.path}`),
    ...record.files.map((entry) => `${entry.executable ? "x" : "f"} ${entry.stamp} ${entry.sha256} ${entry.path}`),
    ...record.links.map((entry) => `l ${entry.target} ${entry.path}`),
  ];
  const text = `${lines.join("\n")}\n`;
  return `${text}${digestOf(text)}\n`;
}

/** The record that a text holds; `undefined` unless it is whole. */
export function parseTreeRecord(text: string): TreeRecord | undefined {
  const end = text.lastIndexOf("\n", text.length - 2) + 1;
  const body = text.slice(0, end);
  if (!body.startsWith(`${HEADER}\n`) || text.slice(end) !== `${digestOf(body)}\n`) return undefined;
  const record = { directories: [], files: [], links: [] };
  const lines = body.slice(HEADER.length + 1).split("\n");
  return lines.every((line) => line === "" || addLine(record, line)) ? record : undefined;
}

interface GrowingRecord {
  readonly directories: RecordedDirectory[];
  readonly files: RecordedFile[];
  readonly links: RecordedLink[];
}

/** False for a line that is none. Ten thousand of these are part of every sync, so they are cut, not matched. */
function addLine(record: GrowingRecord, line: string): boolean {
  const first = line.indexOf(" ", 2);
  if (first < 0) return false;
  const second = line.indexOf(" ", first + 1);
  switch (line.slice(0, 2)) {
    case "f ":
    case "x ": {
      const third = line.indexOf(" ", second + 1);
      const sha256 = line.slice(third + 1, third + 65);
      const file = { path: line.slice(third + 66), stamp: line.slice(2, third), executable: line.startsWith("x"), sha256 };
      return second > 0 && third > 0 && record.files.push(file) > 0;
    }
    case "d ":
      return second > 0 && record.directories.push({ path: line.slice(second + 1), stamp: line.slice(2, second) }) > 0;
    case "l ":
      return record.links.push({ path: line.slice(first + 1), target: line.slice(2, first) }) > 0;
    default:
      return false;
  }
}

/** The record of a tree, whatever order its entries came in. */
export const treeRecord = (
  directories: Iterable<RecordedDirectory>,
  files: Iterable<RecordedFile>,
  links: Iterable<RecordedLink> = [],
): TreeRecord => ({
  directories: sortedByUtf8(directories, (entry) => (entry.path === "." ? "" : entry.path)),
  files: sortedByUtf8(files, (entry) => entry.path),
  links: sortedByUtf8(links, (entry) => entry.path),
});

/** The names that each directory of a tree holds. */
export function childrenByDirectory(record: TreeRecord): ReadonlyMap<string, ReadonlySet<string>> {
  const children = new Map<string, Set<string>>(record.directories.map((entry) => [entry.path, new Set<string>()]));
  for (const { path } of [...record.directories, ...record.files, ...record.links]) {
    if (path === ".") continue;
    const slash = path.lastIndexOf("/");
    children.get(slash < 0 ? "." : path.slice(0, slash))?.add(path.slice(slash + 1));
  }
  return children;
}

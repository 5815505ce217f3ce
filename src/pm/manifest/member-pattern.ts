import { posix } from "node:path";

/** A pattern for folders, by segment: `*` and `?` within one, `**` for any number of them; `/Vox.toml` at the end is dropped. */
export interface MemberPattern {
  readonly text: string;
  readonly segments: readonly string[];
}

export function parseMemberPattern(text: string): MemberPattern {
  const path = posix
    .normalize(text)
    .replace(/\/?Vox\.toml$/, "")
    .replace(/\/$/, "");
  return { text, segments: path === "" || path === "." ? [] : path.split("/") };
}

/** Whether a folder is named without wild cards, and so must be there. */
export const isLiteral = ({ segments }: MemberPattern): boolean => !segments.some(isWild);

/** Absolute, or leaving the folder that the pattern stands in. */
export const leavesRoot = ({ text, segments }: MemberPattern): boolean => segments[0] === ".." || posix.isAbsolute(text);

export const matchesFolder = (pattern: MemberPattern, folder: string): boolean =>
  matchesSegments(pattern.segments, folder === "." ? [] : folder.split("/"));

/** Whether the folder or one that holds it matches. */
export function coversFolder(pattern: MemberPattern, folder: string): boolean {
  const segments = folder === "." ? [] : folder.split("/");
  return segments.some((_, index) => matchesSegments(pattern.segments, segments.slice(0, index + 1)));
}

/**
 * The folders that a pattern names, walked with `listFolders`; hidden folders and `node_modules` are never entered by a wild card.
 * A segment without one is taken as it is, whether such a folder is there or not.
 */
export async function expandPattern(
  pattern: MemberPattern,
  listFolders: (folder: string) => Promise<readonly string[]>,
): Promise<string[]> {
  const found = new Set<string>();
  const walk = async (folder: string, segments: readonly string[]): Promise<void> => {
    const [segment, ...rest] = segments;
    if (segment === undefined) {
      found.add(folder);
    } else if (!isWild(segment)) {
      await walk(posix.join(folder, segment), rest);
    } else {
      if (segment === "**") await walk(folder, rest);
      const names = (await listFolders(folder)).filter((name) => !isSkipped(name) && matchesSegment(segment, name));
      for (const name of names) await walk(posix.join(folder, name), segment === "**" ? segments : rest);
    }
  };
  await walk(".", pattern.segments);
  return [...found];
}

const isWild = (segment: string): boolean => /[*?]/.test(segment);

const isSkipped = (name: string): boolean => name.startsWith(".") || name === "node_modules";

function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return path.length === 0;
  if (segment === "**") return path.some((_, index) => matchesSegments(rest, path.slice(index))) || matchesSegments(rest, []);
  const [name, ...deeper] = path;
  return name !== undefined && matchesSegment(segment, name) && matchesSegments(rest, deeper);
}

function matchesSegment(segment: string, name: string): boolean {
  if (!isWild(segment)) return segment === name;
  const pattern = segment
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "su").test(name);
}

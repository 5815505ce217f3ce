import { VoxError } from "../../errors/vox-error.ts";
import type { TreeEntry } from "./git-sources.ts";

/** `MODE SP TYPE SP OBJECT SP+ SIZE TAB PATH`, as `git ls-tree -r -z -l` writes each entry. */
const ENTRY = /^(\d{6}) (blob|commit) ([0-9a-f]{40}) +(\d+|-)$/;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The entries of a tree. A tree is written by whoever made the commit: names that leave it are refused here already.
 * @throws {VoxError} GIT_REFUSED, ARCHIVE_PATH for a name that is not UTF-8
 */
export function parseTree(listing: Uint8Array): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < listing.byteLength;) {
    const end = listing.indexOf(0, start);
    const tab = listing.indexOf(0x09, start);
    if (end < 0 || tab < 0 || tab > end) throw unreadable();
    entries.push(entryOf(decoder.decode(listing.subarray(start, tab)), pathOf(listing.subarray(tab + 1, end))));
    start = end + 1;
  }
  return entries;
}

function entryOf(facts: string, path: string): TreeEntry {
  const [, mode = "", type, object = "", size = ""] = ENTRY.exec(facts) ?? [];
  if (type === undefined) throw unreadable();
  const kind = type === "commit" ? "submodule" : mode === "120000" ? "symlink" : "file";
  return { path, kind, executable: mode === "100755", object, sizeBytes: size === "-" ? 0 : Number(size) };
}

function pathOf(bytes: Uint8Array): string {
  const path = decoded(bytes);
  if (path.split("/").every((name) => name !== "" && name !== "." && name !== "..")) return path;
  throw new VoxError("GIT_REFUSED", `a git tree holds the path \`${path}\``);
}

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const shown = Buffer.from(bytes)
      .toString("latin1")
      .replace(/[^\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
    throw new VoxError("ARCHIVE_PATH", `\`${shown}\` in a git tree is not UTF-8`, { cause });
  }
}

const unreadable = (): VoxError => new VoxError("GIT_REFUSED", "git lists a tree in a way that vox does not read");

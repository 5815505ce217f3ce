import { posix } from "node:path";
import { collectBytes, type ByteStream } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { OuterRules } from "../files/list-project-files.ts";
import type { FileFacts, FileReader, FolderEntry, ProjectFolder } from "../files/project-folder.ts";
import type { ProjectFiles } from "../manifest/project-files.ts";
import type { GitSnapshot, TreeEntry } from "./git-sources.ts";
import { isLfsPointer, LFS_POINTER_MAX_BYTES } from "./lfs-pointer.ts";

/** A rules file, a manifest or the target of a link. */
const MAX_TEXT_BYTES = 1024 * 1024;
/** What the top of a repository is called where the name of a real folder is wanted. */
const TOP = "/repository";

/** The tree of one commit as the rest of `pm` sees a folder on disk. Links are never followed, so none leads anywhere. */
export class RepositoryTree implements ProjectFiles {
  readonly #snapshot: GitSnapshot;
  readonly #entries: ReadonlyMap<string, TreeEntry>;
  /** By folder; the top is `""`. */
  readonly #folders: ReadonlyMap<string, readonly FolderEntry[]>;
  readonly #texts = new Map<string, Promise<string | undefined>>();

  constructor(snapshot: GitSnapshot) {
    this.#snapshot = snapshot;
    this.#entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
    this.#folders = foldersOf(snapshot.entries);
  }

  /** The folders that hold a regular file of that name, relative to the top, which is `.`. */
  foldersWith(name: string): readonly string[] {
    return [...this.#entries.values()]
      .filter(({ path, kind }) => kind === "file" && posix.basename(path) === name)
      .map(({ path }) => posix.dirname(path));
  }

  readText(path: string): Promise<string | undefined> {
    const normal = posix.normalize(path);
    const known = this.#texts.get(normal) ?? this.#readText(normal);
    this.#texts.set(normal, known);
    return known;
  }

  async #readText(path: string): Promise<string | undefined> {
    const entry = this.#entries.get(path);
    if (entry?.kind !== "file") return undefined;
    const bytes = await collectBytes(this.#snapshot.open(entry), { maxBytes: MAX_TEXT_BYTES, what: `\`${path}\`` });
    return decoded(bytes, path);
  }

  listFolders(path: string): Promise<readonly string[]> {
    const entries = this.#folders.get(folderKey(path)) ?? [];
    return Promise.resolve(entries.flatMap(({ name, kind }) => (kind === "directory" ? [name] : [])).sort());
  }

  realFolder(path: string): Promise<string | undefined> {
    const key = folderKey(path);
    const real = key === "" ? TOP : `${TOP}/${key}`;
    return Promise.resolve(this.#folders.has(key) ? real : undefined);
  }

  /** A folder of the tree for file selection; `folder` is relative to the top. */
  projectFolder(folder: string): ProjectFolder {
    const from = (path: string): string => folderKey(posix.join(folder, path));
    return {
      list: (path) => Promise.resolve(this.#folders.get(from(path)) ?? []),
      inspect: (path) => this.#inspect(from(path)),
      readRules: (path) => this.readText(from(path)),
    };
  }

  /** The content of the files below a folder. */
  reader(folder: string): FileReader {
    return { open: (path) => this.#open(folderKey(posix.join(folder, path))) };
  }

  /** The `.gitignore` files above a folder, from the outermost inward. */
  async outerRules(folder: string): Promise<readonly OuterRules[]> {
    const rules: OuterRules[] = [];
    const names = folderKey(folder).split("/");
    if (names[0] === "") return [];
    for (let depth = 0; depth < names.length; depth += 1) {
      const text = await this.readText(posix.join(...names.slice(0, depth), ".gitignore"));
      if (text !== undefined) rules.push({ projectPath: names.slice(depth).join("/"), text });
    }
    return rules;
  }

  async #inspect(path: string): Promise<FileFacts> {
    const entry = this.#found(path);
    switch (entry.kind) {
      case "file":
        return { kind: "file", executable: entry.executable, sizeBytes: entry.sizeBytes };
      case "symlink": {
        const bytes = await collectBytes(this.#snapshot.open(entry), { maxBytes: MAX_TEXT_BYTES, what: `\`${path}\`` });
        return { kind: "symlink", target: decoded(bytes, path) };
      }
      case "submodule":
        throw new VoxError("GIT_REFUSED", `\`${path}\` is a submodule, which vox does not follow`, {
          hint: "depend on the submodule's repository itself, or ask its owner to name it in `exclude` of [package]",
        });
    }
  }

  async *#open(path: string): ByteStream {
    const entry = this.#found(path);
    if (entry.sizeBytes > LFS_POINTER_MAX_BYTES) return yield* this.#snapshot.open(entry);
    const bytes = await collectBytes(this.#snapshot.open(entry), { maxBytes: LFS_POINTER_MAX_BYTES, what: `\`${path}\`` });
    if (isLfsPointer(bytes))
      throw new VoxError("GIT_REFUSED", `\`${path}\` is a pointer into Git LFS and not the file itself`, {
        hint: "depend on a published version of the package, or ask its owner to keep the file in git",
      });
    if (bytes.byteLength > 0) yield bytes;
  }

  #found(path: string): TreeEntry {
    const entry = this.#entries.get(path);
    if (entry) return entry;
    throw new VoxError("FILE_UNREADABLE", `\`${path}\` is not in the tree`);
  }
}

/** A folder's path with nothing to normalise; one that leaves the tree is no folder of it. */
const folderKey = (path: string): string => {
  const normal = posix.normalize(path).replace(/(?<=.)\/$/, "");
  return normal === "." ? "" : normal;
};

function foldersOf(entries: readonly TreeEntry[]): ReadonlyMap<string, readonly FolderEntry[]> {
  const folders = new Map<string, FolderEntry[]>([["", []]]);
  const open = (folder: string): FolderEntry[] => {
    const known = folders.get(folder);
    if (known) return known;
    const made: FolderEntry[] = [];
    folders.set(folder, made);
    open(parentOf(folder)).push({ name: posix.basename(folder), kind: "directory" });
    return made;
  };
  for (const { path, kind } of entries) {
    open(parentOf(path)).push({ name: posix.basename(path), kind: kind === "submodule" ? "other" : kind });
  }
  return folders;
}

const parentOf = (path: string): string => (path.includes("/") ? posix.dirname(path) : "");

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new VoxError("FILE_UNREADABLE", `\`${path}\` is not UTF-8`, { cause });
  }
}

import type { FileFacts, FolderEntry, ProjectFolder } from "../../../../src/pm/files/project-folder.ts";

/** A file's text, a link (`-> target`), or something that is neither. */
export type MemoryFile = string | { readonly link: string } | { readonly other: string };

/** A folder as a table of paths, for selection without a disk; counts what it is asked. */
export class MemoryFolder implements ProjectFolder {
  readonly listed: string[] = [];
  readonly #files: Readonly<Record<string, MemoryFile>>;

  constructor(files: Readonly<Record<string, MemoryFile>>) {
    this.#files = files;
  }

  async list(folder: string): Promise<readonly FolderEntry[]> {
    this.listed.push(folder);
    const prefix = folder === "" ? "" : `${folder}/`;
    const entries = new Map<string, FolderEntry>();
    for (const [path, file] of Object.entries(this.#files)) {
      if (!path.startsWith(prefix)) continue;
      const [name = "", ...below] = path.slice(prefix.length).split("/");
      entries.set(name, { name, kind: below.length > 0 ? "directory" : kindOf(file) });
    }
    return [...entries.values()].reverse();
  }

  async inspect(path: string): Promise<FileFacts> {
    const file = this.#files[path];
    if (typeof file === "string")
      return { kind: "file", executable: file.startsWith("#!"), sizeBytes: Buffer.byteLength(file) };
    return file && "link" in file ? { kind: "symlink", target: file.link } : { kind: "other", what: file?.other ?? "nothing" };
  }

  async readRules(path: string): Promise<string | undefined> {
    const file = this.#files[path];
    return typeof file === "string" ? file : undefined;
  }
}

const kindOf = (file: MemoryFile): FolderEntry["kind"] =>
  typeof file === "string" ? "file" : "link" in file ? "symlink" : "other";

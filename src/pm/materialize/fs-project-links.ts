import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digestOf, hexOf } from "../../core/digest.ts";
import { type KnownTree, readKnownTree, writeKnownTree, writeNote } from "./fs-known-tree.ts";
import { statOf } from "./fs-stamp.ts";
import { formatProjectLink, parseProjectLink, type ProjectLink } from "./project-link.ts";
import type { TreeRecord } from "./tree-record.ts";

/** Which project is linked to which closure, below `<cache>/links`: one small file a project, and the record of its tree. */
export class FsProjectLinks {
  readonly #dir: string;

  constructor(cacheDir: string) {
    this.#dir = join(cacheDir, "links");
  }

  read(projectDir: string): ProjectLink | undefined {
    return readLink(this.#pathOf(projectDir, "link"));
  }

  tree(projectDir: string): KnownTree | undefined {
    return readKnownTree(this.#pathOf(projectDir, "tree"));
  }

  write(link: ProjectLink): void {
    writeNote(this.#pathOf(link.projectDir, "link"), formatProjectLink(link));
  }

  writeTree(projectDir: string, record: TreeRecord): void {
    writeKnownTree(this.#pathOf(projectDir, "tree"), record);
  }

  removeTree(projectDir: string): void {
    const path = this.#pathOf(projectDir, "tree");
    if (statOf(path)) rmSync(path, { force: true });
  }

  /** Every link that is known, for collecting what no project needs. */
  all(): readonly ProjectLink[] {
    return listed(this.#dir).flatMap((name) => {
      const link = name.endsWith(".link") ? readLink(join(this.#dir, name)) : undefined;
      return link ? [link] : [];
    });
  }

  /** What the files of a project begin with. */
  static nameOf(projectDir: string): string {
    return `${hexOf(digestOf(projectDir))}.`;
  }

  #pathOf(projectDir: string, kind: "link" | "tree"): string {
    return join(this.#dir, `${FsProjectLinks.nameOf(projectDir)}${kind}`);
  }
}

function readLink(path: string): ProjectLink | undefined {
  try {
    return parseProjectLink(readFileSync(path, "utf8"));
  } catch {
    // A link that cannot be read is made anew.
    return undefined;
  }
}

function listed(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

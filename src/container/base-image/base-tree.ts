import { type FolderFacts, type Owner, ROOT } from "../../archive/tar-entry.ts";
import type { ForeignMember } from "../../archive/foreign-members.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { foldersAbove, type WorkdirPlace } from "../plan/workdir-place.ts";

type Node =
  | { readonly kind: "directory"; readonly mode: number; readonly owner: Owner }
  | { readonly kind: "symlink"; readonly target: string };

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
/** As many as Linux follows. */
const MAX_LINKS = 40;

/** The directories and links of an image's layers, laid on one another from the base upward (image-spec, layer.md). */
export class BaseTree {
  readonly #nodes = new Map<string, Node>();

  /** One layer: first it hides what is below, then it adds. */
  async add(members: AsyncIterable<ForeignMember>): Promise<void> {
    const added = new Map<string, Node | undefined>();
    for await (const member of members) {
      const path = cleanPath(member.path);
      const name = path.slice(path.lastIndexOf("/") + 1);
      const folder = path.slice(0, -name.length);
      if (name === OPAQUE) this.#removeBelow(folder);
      else if (name.startsWith(WHITEOUT)) this.#remove(folder + name.slice(WHITEOUT.length));
      else added.set(path, nodeOf(member));
    }
    for (const [path, node] of added) this.#set(path, node);
  }

  /**
   * Where a workdir leads, and what is above it; the last component is never followed, as the layer puts a directory there.
   * @throws {VoxError} BASE_IMAGE_UNUSABLE when its links go in a circle
   */
  place(workdir: string): WorkdirPlace {
    const real: string[] = [];
    const left = workdir.split("/").filter((part) => part !== "");
    for (let links = 0; left.length > 1;) {
      const part = left.shift() ?? "";
      const node = this.#nodes.get([...real, part].join("/"));
      if (part === "..") real.pop();
      else if (node?.kind !== "symlink") real.push(part);
      else {
        if ((links += 1) > MAX_LINKS) throw circle(workdir);
        if (node.target.startsWith("/")) real.length = 0;
        left.unshift(...node.target.split("/").filter((piece) => piece !== "" && piece !== "."));
      }
    }
    const path = [...real, ...left].join("/");
    return { workdir: `/${path}`, above: foldersAbove(path).map((folder) => this.#facts(folder)) };
  }

  #facts(folder: string): FolderFacts {
    const node = this.#nodes.get(folder);
    return node?.kind === "directory"
      ? { path: `${folder}/`, mode: node.mode, owner: node.owner }
      : { path: `${folder}/`, mode: 0o755, owner: ROOT };
  }

  #set(path: string, node: Node | undefined): void {
    if (node?.kind !== "directory") this.#remove(path);
    if (node) this.#nodes.set(path, node);
  }

  #remove(path: string): void {
    if (this.#nodes.get(path)?.kind === "directory") this.#removeBelow(`${path}/`);
    this.#nodes.delete(path);
  }

  #removeBelow(prefix: string): void {
    for (const path of this.#nodes.keys()) if (path.startsWith(prefix)) this.#nodes.delete(path);
  }
}

const cleanPath = (path: string): string =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");

function nodeOf({ kind, mode, uid, gid, target }: ForeignMember): Node | undefined {
  if (kind === "directory") return { kind, mode, owner: { uid, gid } };
  return kind === "symlink" ? { kind, target } : undefined;
}

const circle = (workdir: string): VoxError =>
  new VoxError("BASE_IMAGE_UNUSABLE", `the base image's links above \`${workdir}\` go in a circle`, {
    hint: "choose another `workdir` in [deploy.container]",
  });

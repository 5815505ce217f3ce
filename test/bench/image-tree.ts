import { gunzipSync } from "node:zlib";
import { Parser } from "tar";
import { collectBytes } from "../../src/core/byte-stream.ts";
import { digestOf } from "../../src/core/digest.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { isImageIndex, parseManifestOrIndex } from "../../src/oci/parse-manifest.ts";
import { readContent } from "../../src/oci/read-content.ts";
import type { Repository } from "../../src/oci/content-store.ts";

/** What an entry of a file tree is, in one line: type, mode, owner, content. Times are left out, which builders set as they like. */
export type FileTree = ReadonlyMap<string, string>;

export interface TreeFile {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly mode: number;
  readonly target: string;
  readonly bytes: Uint8Array;
}

const MAX_LAYER_BYTES = 2 ** 30;

/** The layers of an image for amd64, from the base upward. */
export async function layersOf(repository: Repository, reference: string): Promise<readonly Descriptor[]> {
  const root = await repository.resolve(reference);
  if (!root) throw new Error(`there is no ${reference}`);
  const document = parseManifestOrIndex(await readContent(repository, root), root);
  if (!isImageIndex(document)) return document.layers;
  const child = document.manifests.find(({ platform }) => platform?.architecture === "amd64");
  return child ? layersOf(repository, child.digest) : [];
}

/** The members of a layer, in its order. */
export async function filesOf(repository: Repository, layer: Descriptor): Promise<readonly TreeFile[]> {
  const bytes = await collectBytes(repository.fetch(layer), { maxBytes: MAX_LAYER_BYTES, what: "a layer" });
  const tar = layer.mediaType.endsWith("gzip") ? gunzipSync(bytes) : bytes;
  const files: TreeFile[] = [];
  const parser = new Parser({
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
      entry.on("end", () => {
        const kind = entry.type === "Directory" ? "directory" : entry.type === "SymbolicLink" ? "link" : "file";
        files.push({
          path: entry.path.replace(/^\.?\/+|\/+$/g, ""),
          kind,
          mode: (entry.mode ?? 0) & 0o7777,
          target: `${entry.uid ?? 0}:${entry.gid ?? 0} ${entry.linkpath ?? ""}`,
          bytes: Buffer.concat(chunks),
        });
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on("end", resolve);
    parser.on("error", reject);
    parser.end(Buffer.from(tar));
  });
  return files;
}

/** The tree that an image's layers leave, without the folders that only lead to something. */
export async function treeOf(repository: Repository, reference: string): Promise<FileTree> {
  const tree = new Map<string, string>();
  for (const layer of await layersOf(repository, reference)) {
    for (const { path, kind, mode, target, bytes } of await filesOf(repository, layer)) {
      if (path === "") continue;
      const what = kind === "file" ? digestOf(bytes) : kind;
      tree.set(path, `${kind === "link" ? "" : mode.toString(8)} ${what} ${target}`);
    }
  }
  const leading = new Set([...tree.keys()].map((path) => path.slice(0, path.lastIndexOf("/"))));
  for (const [path, line] of tree) if (line === "755 directory 0:0 " && leading.has(path)) tree.delete(path);
  return tree;
}

/** @throws {Error} with the first difference */
export function requireSameTree(expected: FileTree, actual: FileTree, who: string): void {
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(path) === actual.get(path)) continue;
    throw new Error(
      `${who} has another tree at ${path}: ${actual.get(path) ?? "nothing"} for ${expected.get(path) ?? "nothing"}`,
    );
  }
}

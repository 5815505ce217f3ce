import { join } from "node:path";
import type { TarEntry } from "../../src/archive/tar-entry.ts";
import { copyGraph } from "../../src/oci/copy.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { addBase, type BaseSketch } from "../unit/container/world.ts";

export interface SmallBase extends BaseSketch {
  readonly entries?: readonly TarEntry[];
}

/** Lays a base of a few directories and no program beside a project, as the tag `22` of the layout `base`. */
export async function laySmallBase(folder: string, sketch: SmallBase = {}): Promise<void> {
  const store = new MemoryStore();
  const { digest } = await addBase(store, sketch);
  const root = await store.resolve(digest);
  if (!root) throw new Error("the base is not in the store");
  const layout = new FsLayoutStore(join(folder, "base"));
  await copyGraph(store, layout, root);
  await layout.tag(root, "22");
}

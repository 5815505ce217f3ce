import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Checkout } from "../ci/checkout.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";

const MARK = "contracts/cli/command-registry.yaml";

/**
 * The checkout of vox that a folder is in.
 * @throws {VoxError} CHECKOUT_MISSING
 */
export async function openCheckout(folder: string): Promise<Checkout> {
  for (let root = folder; ; root = dirname(root)) {
    if (await isCheckout(root)) return checkoutAt(root);
    if (root === dirname(root)) break;
  }
  throw new VoxError("CHECKOUT_MISSING", `\`${folder}\` is in no checkout of vox`);
}

async function isCheckout(root: string): Promise<boolean> {
  const [manifest, registry] = await Promise.all([textOrNone(join(root, "package.json")), textOrNone(join(root, MARK))]);
  return (
    registry !== undefined &&
    manifest !== undefined &&
    /^\s*"name":\s*"vox"/m.test(manifest) &&
    (await folderIsThere(join(root, "src/cli")))
  );
}

const checkoutAt = (root: string): Checkout => ({
  async readTexts(folders) {
    const paths = (await Promise.all(folders.map((folder) => filesBelow(root, folder)))).flat();
    const texts = await mapConcurrent(paths, 16, async (path) => [path, await readFile(join(root, path), "utf8")] as const);
    return new Map(texts);
  },
  async write(path, text) {
    const target = join(root, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    } catch (cause) {
      throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause });
    }
  },
});

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const nested = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}

const textOrNone = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
const folderIsThere = async (path: string): Promise<boolean> => (await readdir(path).catch(() => undefined)) !== undefined;

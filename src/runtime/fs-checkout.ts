import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
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
  list: (paths) => listFiles(root, paths),
  async readTexts(paths) {
    const files = await listFiles(root, paths);
    const texts = await mapConcurrent(files, 16, async (path) => [path, await readFile(join(root, path), "utf8")] as const);
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

const listFiles = async (root: string, paths: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(paths.map((path) => filesAt(root, path)))).flat();

/** Folders of a checkout that hold nothing of its own; the example's base image is a layout of some hundred megabytes. */
const PASSED_OVER: ReadonlySet<string> = new Set(["node_modules", "dist", "layout", ".vox_modules", ".git"]);

async function filesAt(root: string, path: string): Promise<readonly string[]> {
  const facts = await lstat(join(root, path)).catch(() => undefined);
  if (facts?.isFile() === true) return [path];
  return facts?.isDirectory() === true ? filesBelow(root, path) : [];
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}

const textOrNone = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
const folderIsThere = async (path: string): Promise<boolean> => (await readdir(path).catch(() => undefined)) !== undefined;

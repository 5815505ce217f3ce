import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sortedByUtf8 } from "../core/text-order.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import { VENDOR_MARK, type Vendored, type VendoredLayout } from "../ops/vendored.ts";

/** The folder of a project that is marked as vendored, at its top. */
export function fsVendored(rootDir: string): Vendored {
  let found: Promise<string | undefined> | undefined;
  let opened: VendoredLayout | undefined;
  const folder = (): Promise<string | undefined> => (found ??= findFolder(rootDir));
  return {
    folder,
    async layout(): Promise<VendoredLayout | undefined> {
      const dir = await folder();
      if (dir !== undefined) opened ??= new FsLayoutStore(dir);
      return opened;
    },
  };
}

async function findFolder(rootDir: string): Promise<string | undefined> {
  const entries = await readdir(rootDir, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of sortedByUtf8(names, (text) => text)) {
    if (await isMarked(join(rootDir, name, "index.json"))) return join(rootDir, name);
  }
  return undefined;
}

/** Only whether it claims to be one: reading it finds what is wrong with it. */
async function isMarked(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.includes(`"${VENDOR_MARK}"`);
}

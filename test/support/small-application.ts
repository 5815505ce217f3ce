import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseImageIndex, parseImageManifest } from "../../src/oci/parse-manifest.ts";
import { listTar, type ListedMember } from "../unit/container/tar-listing.ts";
import { laySmallBase, type SmallBase } from "./small-base.ts";
import { createDesk, type Desk, type RunOptions, type VoxRun } from "./vox-cli.ts";

/** An application of a few files on a base without programs: what an image holds can be read, not run. */
export interface SmallApplication {
  readonly desk: Desk;
  /** The project's folder. */
  readonly folder: string;
  write(path: string, text: string | Uint8Array): void;
  vox(args: readonly string[], options?: RunOptions): Promise<VoxRun>;
}

export interface SmallApplicationOptions {
  /** Lines of [package]. */
  readonly head?: string;
  /** Lines of [deploy.container]; the base is there unless they name one. */
  readonly container?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Further tables. */
  readonly rest?: string;
  readonly base?: SmallBase;
}

export function manifestText({ head = "", container = "", rest = "" }: SmallApplicationOptions = {}): string {
  const base = container.includes("base_image") ? "" : 'base_image = "oci-layout:../base:22"\n';
  const name = '[package]\nname = "small"\nversion = "1.0.0"\nkind = "application"\n';
  return `${name}${head}\n[deploy.container]\n${base}${container}\n${rest}`;
}

/** Lays it in `app` of a new desk, with its base beside it. */
export async function laySmallApplication(options: SmallApplicationOptions = {}): Promise<SmallApplication> {
  const desk = createDesk();
  const folder = join(desk.folder, "app");
  await laySmallBase(desk.folder, options.base);
  const write = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("Vox.toml", manifestText(options));
  for (const [path, text] of Object.entries(options.files ?? { "main.txt": "main\n" })) write(path, text);
  return { desk, folder, write, vox: (args, run = {}) => desk.vox(args, { cwd: folder, ...run }) };
}

/** The members of the application layer of a layout's first platform. */
export async function applicationLayer(layout: string): Promise<readonly ListedMember[]> {
  const blob = (digest: string): Buffer => readFileSync(join(layout, "blobs", digest.replace(":", "/")));
  const top = parseImageIndex(readFileSync(join(layout, "index.json")), { what: "index.json" });
  const index = parseImageIndex(blob(top.manifests[0]?.digest ?? ""), { what: "the index" });
  const manifest = parseImageManifest(blob(index.manifests[0]?.digest ?? ""), { what: "the manifest" });
  return listTar(blob(manifest.layers.at(-1)?.digest ?? ""));
}

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { publishOrder } from "../../scripts/publish-order.mjs";
import { CHECKOUT, createDesk, succeeded, type Desk, type RunOptions, type VoxRun } from "./vox-cli.ts";

/** The example on a desk. Commands run in the application's folder unless they say otherwise. */
export interface Storefront {
  readonly desk: Desk;
  /** The workspace's folder, where vox.lock is. */
  readonly root: string;
  /** The application's folder, where .vox_modules is. */
  readonly app: string;
  /** The path of the workspace's vox.lock, which `read("vox.lock")` reads. */
  readonly lockFile: string;
  /** The folder registry, when the packages are in one. */
  readonly registryFolder: string;
  vox(args: readonly string[], options?: RunOptions): Promise<VoxRun>;
  /** Replaces a text of a file of the workspace; fails when it is not there. */
  edit(file: string, from: string, to: string): void;
  read(file: string): string;
  write(file: string, text: string): void;
}

export interface StorefrontOptions {
  /** Of the package registry; by default a folder beside the workspace. */
  readonly index?: string;
  /** `host/prefix` to deploy to. */
  readonly deployTo?: string;
  /** Name of the workspace's folder. */
  readonly folderName?: string;
  /** Copy the base image instead of linking the checkout's: for users who may not read the checkout. */
  readonly copyBase?: boolean;
  /** For every command. */
  readonly defaults?: RunOptions;
}

const EXAMPLE = join(CHECKOUT, "examples/storefront");
const NOT_COPIED = /(\/\.vox_modules|\/vox\.lock|\/dist)$/;

/** Packages in an order in which each comes after those that it asks for. */
export const PUBLISH_ORDER: readonly string[] = publishOrder(EXAMPLE);

let baseIsMade = false;

function makeBase(): void {
  if (baseIsMade) return;
  const maker = join(CHECKOUT, "examples/base-image/make.mjs");
  execFileSync(process.execPath, [maker, "--json"], { stdio: ["ignore", "ignore", "inherit"] });
  baseIsMade = true;
}

function layBase(desk: Desk, copy: boolean): void {
  makeBase();
  const from = join(CHECKOUT, "examples/base-image/layout");
  const to = join(desk.folder, "base-image/layout");
  if (copy) cpSync(from, to, { recursive: true });
  else symlinkSync(join(CHECKOUT, "examples/base-image"), join(desk.folder, "base-image"), "dir");
}

/** Lays the example out, its packages not yet published. */
export function layStorefront(options: StorefrontOptions = {}): Storefront {
  const desk = createDesk();
  const root = join(desk.folder, options.folderName ?? "storefront");
  const app = join(root, "app");
  cpSync(EXAMPLE, root, { recursive: true, filter: (path) => !NOT_COPIED.test(path) });
  layBase(desk, options.copyBase ?? false);
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  const storefront: Storefront = {
    desk,
    root,
    app,
    lockFile: join(root, "vox.lock"),
    registryFolder: join(desk.folder, "registry"),
    vox: (args, run = {}) =>
      desk.vox(args, { cwd: app, ...options.defaults, ...run, env: { ...options.defaults?.env, ...run.env } }),
    edit: (file, from, to) => {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
      write(file, text.replace(from, to));
    },
    read,
    write,
  };
  write("Vox.toml", `${read("Vox.toml")}\n[registries.default]\nindex = "${options.index ?? "file:../registry"}"\n`);
  if (options.deployTo !== undefined)
    storefront.edit("app/Vox.toml", "[deploy.container]", `[deploy.container]\nregistry = "${options.deployTo}"`);
  return storefront;
}

/** A fixed time for packages that must have the same manifests whenever they are published. */
const PUBLISHED_AT = "1772546700";

/** Publishes every package, then locks. */
export async function publishAndLock(storefront: Storefront): Promise<void> {
  const run = { cwd: storefront.root, env: { SOURCE_DATE_EPOCH: PUBLISHED_AT } };
  for (const name of PUBLISH_ORDER) succeeded(await storefront.vox(["pm", "publish", "--package", name], run));
  succeeded(await storefront.vox(["lock"]));
}

/** What publishing and locking made: the registry's files by path, and the lock. */
interface Published {
  readonly registry: ReadonlyMap<string, Buffer>;
  readonly lock: string;
}

let published: Promise<Published> | undefined;

async function publishOnce(): Promise<Published> {
  const storefront = layStorefront();
  try {
    await publishAndLock(storefront);
    const entries = readdirSync(storefront.registryFolder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const registry = paths.map((path) => [path.slice(storefront.registryFolder.length + 1), readFileSync(path)] as const);
    return { registry: new Map(registry), lock: storefront.read("vox.lock") };
  } finally {
    storefront.desk.remove();
  }
}

/** The example with its packages in a folder registry and its lock written, on a desk that has no cache yet; a test file publishes once. */
export async function layLockedStorefront(): Promise<Storefront> {
  const { registry, lock } = await (published ??= publishOnce());
  const storefront = layStorefront();
  for (const [path, bytes] of registry) {
    const target = join(storefront.registryFolder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  storefront.write("vox.lock", lock);
  return storefront;
}

/** A field of a package's entry in vox.lock, such as its `digest`. */
export function lockedField(lock: string, name: string, field: string): string {
  const entry = lock
    .split("[[package]]")
    .slice(1)
    .find((part) => part.includes(`\nname = "${name}"\n`));
  const value = new RegExp(`^${field} = "(.+)"$`, "m").exec(entry ?? "")?.[1];
  if (value === undefined) throw new Error(`vox.lock has no ${field} of ${name}`);
  return value;
}

export const hexOf = (digest: string): string => digest.slice("sha256:".length);

/** What `/` says when every package does its part; `sample-orders` is on a desk alone. */
export const EXPECTED_ANSWER = {
  greeting: "Welcome to the storefront",
  items: [
    { slug: "creme-brulee-torch", title: "Crème Brûlée Torch", price: "34.50 EUR" },
    { slug: "pour-over-kettle-0-9-l", title: "Pour-over Kettle (0.9 l)", price: "64.00 EUR" },
    { slug: "house-blend-1-kg", title: "House Blend, 1 kg", price: "27.30 EUR" },
  ],
  offer: {
    net: "214.90 EUR",
    tax: "31.10 EUR",
    total: "246.00 EUR",
    instalments: ["35.15 EUR", "35.15 EUR", ...Array.from({ length: 5 }, () => "35.14 EUR")],
    receipt: [
      "3 March 2026, 14:05 UTC",
      "2 x Crème Brûlée Torch: 69.00 EUR",
      "1 x Pour-over Kettle (0.9 l): 64.00 EUR",
      "3 x House Blend, 1 kg: 81.90 EUR",
      "tax 20 %: 26.60 EUR",
      "tax 5.5 %: 4.50 EUR",
      "total: 246.00 EUR",
    ],
  },
  versions: {
    cart: "1.2.0",
    catalog: "1.1.4",
    "clock-format": "0.4.1",
    "http-router": "2.3.1",
    "json-reply": "1.0.3",
    money: "1.0.2",
    slug: "2.0.1",
    "tax-rules": "1.3.0",
  },
};

/** The packages that the image holds. */
export const IMAGE_PACKAGES: readonly string[] = Object.keys(EXPECTED_ANSWER.versions);

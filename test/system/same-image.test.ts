import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { otherNodes } from "../support/node-matrix.ts";
import { leaveOut } from "../support/services.ts";
import {
  layLockedStorefront,
  layStorefront,
  publishAndLock,
  type Storefront,
  type StorefrontOptions,
} from "../support/storefront.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { PROGRAM, type RunOptions, succeeded } from "../support/vox-cli.ts";

/** Everything that must not depend on the machine: the lock's text and the layout, file by file. */
interface Built {
  readonly lock: string;
  readonly layout: Readonly<Record<string, string>>;
}

/** Several blocks for the compressor, so that the order in which they end could tell. */
const layLargeFile = (storefront: Storefront): void =>
  storefront.write("app/large.txt", Array.from({ length: 400_000 }, (_, line) => `${(line * 7919) % 100_003}\n`).join(""));

async function buildOn(storefront: Storefront): Promise<Built> {
  await publishAndLock(storefront);
  layLargeFile(storefront);
  const out = join(storefront.desk.folder, "image");
  succeeded(await storefront.vox(["package", "--out", out]));
  return { lock: storefront.read("vox.lock"), layout: snapshot(out) };
}

async function builtWith(
  options: StorefrontOptions,
  prepare: (storefront: Storefront) => void = () => undefined,
): Promise<Built> {
  const storefront = layStorefront(options);
  try {
    prepare(storefront);
    return await buildOn(storefront);
  } finally {
    storefront.desk.remove();
  }
}

/** Packages what was published and locked once, on a desk that something was done to before. */
async function repackaged(prepare: (storefront: Storefront) => RunOptions | void): Promise<Readonly<Record<string, string>>> {
  const storefront = await layLockedStorefront();
  try {
    layLargeFile(storefront);
    const run = prepare(storefront) ?? {};
    const out = join(storefront.desk.folder, "image");
    succeeded(await storefront.vox(["package", "--out", out], run));
    return snapshot(out);
  } finally {
    storefront.desk.remove();
  }
}

/** Lays the workspace anew, each folder's entries made in the reverse order. */
function turnOrder({ root }: Storefront): void {
  const before = `${root}.before`;
  renameSync(root, before);
  const copy = (from: string, to: string): void => {
    mkdirSync(to);
    for (const name of readdirSync(from).toSorted().toReversed()) {
      if (statSync(join(from, name)).isDirectory()) copy(join(from, name), join(to, name));
      else copyFileSync(join(from, name), join(to, name));
    }
  };
  copy(before, root);
}

/** Gives each file of the workspace a second name, as a cache or a store of snapshots does. */
function hardlinkAll({ root, desk }: Storefront): void {
  let count = 0;
  eachFile(root, (path) => {
    if (statSync(path).isFile()) linkSync(path, join(desk.folder, `second-name-${(count += 1)}`));
  });
}

/** A module that sets the program's clock to another day. */
function onAnotherDay({ desk }: Storefront): RunOptions {
  const module = join(desk.folder, "another-day.mjs");
  const text = `const RealDate = Date;
const shift = Date.UTC(2031, 1, 28, 23, 59, 58) - RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...args) { super(...(args.length === 0 ? [RealDate.now() + shift] : args)); }
  static now() { return RealDate.now() + shift; }
};
`;
  writeFileSync(module, text);
  return { env: { NODE_OPTIONS: `--import=${pathToFileURL(module).href}` } };
}

function eachFile(folder: string, visit: (path: string) => void): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) eachFile(path, visit);
    visit(path);
  }
}

const NOBODY = "65534";
const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

function canBecomeNobody(): boolean {
  try {
    const [program = "", ...args] = asNobody;
    execFileSync(program, [...args, "true"], { stdio: "ignore" });
    return true;
  } catch {
    leaveOut("another user", "setpriv needs root");
    return false;
  }
}

/** The program where another user may read it. */
function programFor(storefront: Storefront): string {
  const copy = join(storefront.desk.folder, "program/dist");
  cpSync(dirname(PROGRAM), copy, { recursive: true });
  writeFileSync(join(copy, "../package.json"), '{ "type": "module" }');
  return join(copy, "bin.js");
}

describe("the image of one lock and one source (`image-reproducible`)", () => {
  let expected: Built;

  beforeAll(async () => {
    expected = await builtWith({});
    expect(Object.keys(expected.layout)).toContain("index.json");
  }, 120_000);

  const same = (built: Built): void => {
    expect(built.lock).toBe(expected.lock);
    expect(built.layout).toEqual(expected.layout);
  };

  it.each([
    { name: "umask 077", defaults: { through: ["sh", "-c", 'umask 077; exec "$@"', "sh"] } },
    { name: "umask 000", defaults: { through: ["sh", "-c", 'umask 000; exec "$@"', "sh"] } },
    { name: "a time zone half a day away", defaults: { env: { TZ: "Pacific/Chatham" } } },
    { name: "the Turkish locale", defaults: { env: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", LANGUAGE: "tr" } } },
    { name: "the C locale", defaults: { env: { LANG: "C", LC_ALL: "C" } } },
  ])("is the same under $name", async ({ defaults }) => same(await builtWith({ defaults })), 120_000);

  it(
    "is the same in another folder",
    async () => same(await builtWith({ folderName: "a much longer path, with ünïcode" })),
    120_000,
  );

  it("is the same whatever the files' modes and times are", async () => {
    const built = await builtWith({}, ({ root }) => {
      eachFile(root, (path) => {
        chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
        utimesSync(path, 86_400, 86_400 * 365 * 40);
      });
    });
    same(built);
  }, 120_000);

  it.each<[string, (storefront: Storefront) => RunOptions | void]>([
    ["in whatever order its folders list their files", turnOrder],
    ["when its files have other names as well", hardlinkAll],
    ["on another day", onAnotherDay],
    ["with one thread to compress", () => ({ env: { UV_THREADPOOL_SIZE: "1" } })],
    ["with sixteen threads to compress", () => ({ env: { UV_THREADPOOL_SIZE: "16" } })],
    ["on one processor", () => ({ through: ["taskset", "-c", "0"] })],
  ])("is the same %s", async (_name, prepare) => expect(await repackaged(prepare)).toEqual(expected.layout), 120_000);

  const nobody = canBecomeNobody();
  it.skipIf(!nobody)(
    "is the same for another user",
    async () => {
      const storefront = layStorefront({ copyBase: true });
      try {
        const program = programFor(storefront);
        execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, storefront.desk.folder]);
        const asOther: Storefront = {
          ...storefront,
          vox: (args, run = {}) => storefront.vox(args, { ...run, program, through: asNobody }),
        };
        same(await buildOn(asOther));
      } finally {
        storefront.desk.remove();
      }
    },
    120_000,
  );

  const nodes = otherNodes(["22", "24", "26"]);
  it.each(nodes)(
    "is the same under Node $version",
    async ({ binary }) => same(await builtWith({ defaults: { node: binary } })),
    120_000,
  );

  it("holds for every blob a name that is its content's hash", () => {
    const blobs = Object.entries(expected.layout).filter(([path]) => path.startsWith("blobs/sha256/") && !path.endsWith("/"));
    expect(blobs.length).toBeGreaterThan(10);
    expect(blobs.filter(([path, hash]) => path !== `blobs/sha256/${hash}`)).toEqual([]);
    expect(existsSync(PROGRAM)).toBe(true);
  });
});

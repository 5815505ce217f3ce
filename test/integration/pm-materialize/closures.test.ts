import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  access,
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { type ArchivedManifest, proveSameMetadata } from "../../../src/pm/registry/archived-manifest.ts";
import type { LinkMode } from "../../../src/pm/materialize/materializer.ts";
import { type ArchivedPackage, blobOf, closureKey } from "../../../src/pm/materialize/closure.ts";
import { flipped, type TestPackage, testPackage } from "../../support/published-package.ts";
import { materializerOf, treeOf, type Workshop, workshop } from "./workshop.ts";

let router: TestPackage;
let tokenizer: TestPackage;
let all: readonly TestPackage[];
let shop: Workshop;

beforeAll(async () => {
  router = await testPackage("http-router", {
    version: "2.3.1",
    files: { "index.js": "export {}\n", "lib/deep/a.js": "a", "bin/run": "#!/bin/sh\n", "naïve.txt": "z" },
    executables: ["bin/run"],
    dependencies: ["tokenizer"],
  });
  tokenizer = await testPackage("tokenizer", { files: { "index.js": "export const t = 1;\n" } });
  all = [router, tokenizer];
});
beforeEach(async () => {
  shop = await workshop(...all);
});
afterEach(() => shop[Symbol.asyncDispose]());

const sync = (more = {}) => shop.materializer.materialize(shop.request(all, more));
const closuresLeft = () => readdir(join(shop.cacheDir, "closures"));
const warnings = () => shop.events.flatMap((event) => (event.kind === "warning" ? [`${event.code}: ${event.message}`] : []));

const file = () => join(shop.modulesOf(all), "http-router/index.js");

/** In-place, same size, and with its old mtime: what only the ctime tells. */
const flipInPlace = async () => {
  const { atime, mtime } = await stat(file());
  await chmod(file(), 0o644);
  await writeFile(file(), "export []\n");
  await chmod(file(), 0o444);
  await utimes(file(), atime, mtime);
};

const TAMPERING: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ["changed in place, its size and mtime kept", flipInPlace, /`http-router\/index.js` of `http-router@2.3.1` was changed/],
  [
    "replaced by another",
    () => writeFile(`${file()}.new`, "x").then(() => rename(`${file()}.new`, file())),
    /index.js.* was changed/,
  ],
  ["cut short", () => chmod(file(), 0o644).then(() => truncate(file(), 1)), /index.js.* was changed/],
  ["removed", () => rm(file()), /index.js.* was removed/],
  ["replaced by a link", () => rm(file()).then(() => symlink("/etc/hostname", file())), /index.js.* was changed/],
  ["replaced by a directory", () => rm(file()).then(() => mkdir(file())), /index.js.* was changed/],
  ["joined by another", () => writeFile(`${file()}.map`, "x"), /`http-router\/index.js.map` of `http-router@2.3.1` was added/],
  ["joined by a directory", () => mkdir(join(file(), "../new/sub"), { recursive: true }), /`http-router\/new` of .* was added/],
  ["joined by a package", () => mkdir(join(shop.modulesOf(all), "evil")), /`evil` was added/],
  [
    "gone with its directory",
    () => rm(join(file(), "../lib"), { recursive: true }),
    /`http-router\/lib\/deep\/a.js` .* was removed/,
  ],
  [
    "in a directory that became a link to its like",
    async () => {
      await rename(join(file(), "../lib"), join(shop.cacheDir, "lib"));
      await symlink(join(shop.cacheDir, "lib"), join(file(), "../lib"));
    },
    /`http-router\/lib` .* was changed/,
  ],
  ["gone with its package", () => rm(join(file(), ".."), { recursive: true }), /`http-router` .* was removed/],
];

describe("a closure", () => {
  it("is unpacked as real sibling directories with exact modes, under any umask", async () => {
    const umask = process.umask(0o077);
    try {
      await sync();
    } finally {
      process.umask(umask);
    }
    const tree = await treeOf(join(shop.modulesOf(all), ".."));
    delete tree.record;
    delete tree.blobs;
    delete tree["used"];
    delete tree["packages"];
    expect(tree).toEqual({
      modules: "755/",
      node_modules: "→ modules",
      "modules/http-router": "755/",
      "modules/http-router/Vox.toml": `444 ${router.files["Vox.toml"]}`,
      "modules/http-router/bin": "755/",
      "modules/http-router/bin/run": "555 #!/bin/sh\n",
      "modules/http-router/index.js": "444 export {}\n",
      "modules/http-router/lib": "755/",
      "modules/http-router/lib/deep": "755/",
      "modules/http-router/lib/deep/a.js": "444 a",
      "modules/http-router/naïve.txt": "444 z",
      "modules/tokenizer": "755/",
      "modules/tokenizer/Vox.toml": `444 ${tokenizer.files["Vox.toml"]}`,
      "modules/tokenizer/index.js": "444 export const t = 1;\n",
    });
    expect(await closuresLeft()).toHaveLength(1);
  });

  it("is counted in packages, and linked only once", async () => {
    const key = closureKey(all.map((made) => made.entry));
    expect(shop.materializer.holds(all.map((made) => made.entry))).toBe(false);
    expect(await sync()).toEqual({ closure: key, packages: 2, linked: 2, verified: 2, repaired: 0 });
    expect(shop.materializer.holds(all.map((made) => made.entry))).toBe(true);
    expect(await sync()).toEqual({ closure: key, packages: 2, linked: 0, verified: 2, repaired: 0 });
    expect(shop.events).toEqual([]);
  });

  it("of nothing is a directory too", async () => {
    expect(await shop.materializer.materialize(shop.request([]))).toMatchObject({ packages: 0, linked: 0, verified: 0 });
    expect(await readdir(join(shop.projectDir, ".vox_modules"))).toEqual([]);
  });

  it("is not unpacked again when it is there, even without its blobs", async () => {
    await sync();
    await rm(join(shop.cacheDir, "blobs"), { recursive: true });
    expect(await sync({ verify: "full" })).toMatchObject({ linked: 0, verified: 2, repaired: 0 });
  });

  it("is made anew when its record is not whole", async () => {
    await sync();
    const record = join(shop.modulesOf(all), "../record");
    await writeFile(record, (await readFile(record, "utf8")).replace(" index.js", " index.mjs").slice(0, -10));
    await writeFile(join(shop.modulesOf(all), "extra"), "x");
    await sync();
    expect(await readdir(shop.modulesOf(all))).toEqual(["http-router", "tokenizer"]);
    expect(await closuresLeft()).toHaveLength(1);
  });
});

describe("a closure that follows another in a project", () => {
  let newer: TestPackage;
  let next: readonly TestPackage[];
  beforeEach(async () => {
    newer = await testPackage("tokenizer", { version: "1.1.0", files: { "index.js": "export const t = 2;\n" } });
    next = [router, newer, await testPackage("zlib", { files: { "index.js": "" } })];
    for (const { entry, archive } of next) await shop.blobs.push(blobOf(entry), streamOf(archive));
  });
  const syncNext = (more = {}) => shop.materializer.materialize(shop.request(next, more));
  const inodeOf = async (packages: readonly TestPackage[], path: string) =>
    (await stat(join(shop.modulesOf(packages), path))).ino;
  const shared = async (path: string) => (await inodeOf(all, path)) === (await inodeOf(next, path));

  it("shares the files of the packages that stayed, needs no blob for them, and both stay proved", async () => {
    await sync();
    await shop.blobs.evict(router.entry.digest);
    expect(await syncNext()).toMatchObject({ packages: 3, linked: 3, verified: 3, repaired: 0 });
    expect(await Promise.all(["http-router/bin/run", "http-router/lib/deep/a.js", "tokenizer/index.js"].map(shared))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await treeOf(shop.modulesOf(next))).toMatchObject({
      "http-router/bin/run": "555 #!/bin/sh\n",
      "tokenizer/index.js": "444 export const t = 2;\n",
    });
    for (const again of [sync, syncNext]) expect(await again({ verify: "full" })).toMatchObject({ repaired: 0 });
    expect(warnings()).toEqual([]);
  });

  it.each(TAMPERING)("takes no package over whose file is %s", async (_, tamper) => {
    await syncNext();
    const right = await treeOf(shop.modulesOf(next));
    await rm(join(shop.cacheDir, "closures"), { recursive: true });
    await sync();
    await tamper();
    await syncNext();
    expect(await treeOf(shop.modulesOf(next))).toEqual(right);
    expect(await syncNext({ verify: "full" })).toMatchObject({ repaired: 0 });
  });

  it("notices in both what is changed through one, and puts it right in both", async () => {
    await sync();
    await syncNext();
    await flipInPlace();
    for (const [again, packages] of [
      [syncNext, next],
      [sync, all],
    ] as const) {
      expect(await again()).toMatchObject({ repaired: 1 });
      expect(await readFile(join(shop.modulesOf(packages), "http-router/index.js"), "utf8")).toBe("export {}\n");
    }
    expect(warnings()).toHaveLength(2);
  });

  it("unpacks everything when the other does not tell what it is made of", async () => {
    await sync();
    const file = join(shop.modulesOf(all), "../packages");
    await writeFile(file, (await readFile(file, "utf8")).replace("tokenizer", "tokeniser"));
    await syncNext();
    expect(await shared("http-router/bin/run")).toBe(false);
  });

  it("holds a package that it takes over against what is said of it", async () => {
    await sync();
    const renamed = { ...router, entry: { ...router.entry, version: "9.9.9" } };
    const wrong = shop.materializer.materialize(shop.request([renamed, newer]));
    await expect(wrong).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    expect(await closuresLeft()).toHaveLength(1);
  });
});

describe("a package that is refused", () => {
  const REFUSED: readonly (readonly [string, () => Promise<TestPackage>, string])[] = [
    ["whose Vox.toml is not TOML", () => testPackage("evil", { manifest: "[package" }), "ARCHIVE_INVALID"],
    [
      "whose Vox.toml has no [package]",
      () => testPackage("evil", { manifest: "[workspace]\nmembers = []\n" }),
      "ARCHIVE_INVALID",
    ],
    [
      "whose Vox.toml names another package",
      () => testPackage("evil", { manifest: '[package]\nname = "good"\nversion = "1.0.0"\n' }),
      "ARCHIVE_INVALID",
    ],
    [
      "whose Vox.toml names another version",
      () => testPackage("evil", { manifest: '[package]\nname = "evil"\nversion = "1.0.1"\n' }),
      "ARCHIVE_INVALID",
    ],
    [
      "whose archive has another diff-id than the lock",
      async () => {
        const made = await testPackage("evil");
        return { ...made, entry: { ...made.entry, diffId: digestOf("other") } };
      },
      "CONTENT_MISMATCH",
    ],
    [
      "that is no archive at all",
      async () => {
        const made = await testPackage("evil");
        const archive = new TextEncoder().encode("not gzip");
        return { ...made, archive, entry: { ...made.entry, digest: digestOf(archive), size: archive.byteLength } };
      },
      "ARCHIVE_INVALID",
    ],
  ];

  it.each(REFUSED)("%s leaves nothing", async (_, make, code) => {
    const evil = await make();
    await shop.blobs.push(blobOf(evil.entry), streamOf(evil.archive));
    const materializing = shop.materializer.materialize(shop.request([...all, evil]));
    await expect(materializing).rejects.toMatchObject({ code, message: expect.stringContaining("evil@1.0.0") });
    expect(await closuresLeft()).toEqual([]);
    await expect(access(join(shop.projectDir, ".vox_modules"))).rejects.toThrow();
  });

  it("since its registry says of it what its Vox.toml does not leaves nothing", async () => {
    const proveManifest = (entry: ArchivedPackage, manifest: ArchivedManifest) => {
      const published = all.find((made) => made.entry.name === entry.name)?.metadata ?? manifest.metadata();
      proveSameMetadata(published, manifest.metadata());
      proveSameMetadata({ ...published, dependencies: [] }, manifest.metadata());
    };
    await expect(sync({ proveManifest })).rejects.toMatchObject({
      code: "ARCHIVE_METADATA_MISMATCH",
      message: expect.stringContaining("http-router@2.3.1"),
    });
    expect(await closuresLeft()).toEqual([]);
  });

  it("for want of its blob is CONTENT_MISSING, exit 69", async () => {
    await shop.blobs.evict(tokenizer.entry.digest);
    await expect(sync()).rejects.toMatchObject({
      code: "CONTENT_MISSING",
      exitCode: 69,
      message: expect.stringContaining("tokenizer@1.0.0"),
    });
    expect(await closuresLeft()).toEqual([]);
  });
});

describe("a cached blob with a flipped byte", () => {
  const spoil = async ({ entry, archive }: TestPackage, at: number) => {
    const path = shop.blobDirectory.path(entry.digest);
    await chmod(path, 0o644);
    await writeFile(path, flipped(archive, at));
  };

  it.each([0, 12, 60, -1])("at %i is evicted, named and never unpacked", async (at) => {
    await spoil(tokenizer, at < 0 ? tokenizer.archive.byteLength + at : at);
    await expect(sync()).rejects.toMatchObject({
      code: "CACHE_CORRUPT",
      exitCode: 65,
      message: expect.stringContaining(tokenizer.entry.digest),
    });
    expect(await shop.blobs.exists(blobOf(tokenizer.entry))).toBe(false);
    expect(await closuresLeft()).toEqual([]);
  });

  it("is fetched anew where that is possible", async () => {
    await spoil(tokenizer, 60);
    const refetched: string[] = [];
    const result = await sync({
      refetch: async (entry: TestPackage["entry"]) => {
        refetched.push(entry.name);
        await shop.blobs.push(blobOf(entry), streamOf(tokenizer.archive));
      },
    });
    expect(refetched).toEqual(["tokenizer"]);
    expect(result).toMatchObject({ linked: 2, verified: 2 });
  });
});

describe("an unpacked file", () => {
  it.each(TAMPERING)("%s is put right from the blob and named", async (_, tamper, message) => {
    await sync();
    const before = await treeOf(shop.modulesOf(all));
    await tamper();
    const result = await sync();
    expect(result).toMatchObject({ repaired: 1, verified: 2 });
    expect(await treeOf(shop.modulesOf(all))).toEqual(before);
    expect(warnings().join("\n")).toMatch(message);
    expect(warnings().every((line) => line.startsWith("CACHE_CORRUPT: "))).toBe(true);
    shop.events.length = 0;
    expect(await sync({ verify: "full" })).toMatchObject({ repaired: 0, linked: 0 });
    expect(warnings()).toEqual([]);
  });

  it("that was only touched stays, and its mode is put right", async () => {
    await sync();
    const before = await treeOf(shop.modulesOf(all));
    await utimes(file(), 1, 1);
    await chmod(join(shop.modulesOf(all), "http-router/bin/run"), 0o777);
    await chmod(join(shop.modulesOf(all), "http-router/lib"), 0o777);
    const inode = (await stat(file())).ino;
    expect(await sync()).toMatchObject({ repaired: 0 });
    expect((await stat(file())).ino).toBe(inode);
    expect(await treeOf(shop.modulesOf(all))).toEqual(before);
    expect(warnings()).toEqual([]);
  });

  it("that is wrong is refused as CACHE_CORRUPT when its blob is gone, and named", async () => {
    await sync();
    await flipInPlace();
    await shop.blobs.evict(router.entry.digest);
    const again = sync();
    await expect(again).rejects.toMatchObject({ code: "CACHE_CORRUPT", exitCode: 65 });
    await expect(again).rejects.toThrow("`http-router/index.js` of `http-router@2.3.1`");
    // Refused again, not forgotten.
    await expect(sync()).rejects.toMatchObject({ code: "CACHE_CORRUPT" });
  });

  it("that is wrong is replaced from a blob that is fetched anew, when its own blob is spoilt too", async () => {
    await sync();
    await flipInPlace();
    const blob = shop.blobDirectory.path(router.entry.digest);
    await chmod(blob, 0o644);
    await appendFile(blob, "x");
    const refetch = (entry: TestPackage["entry"]) => shop.blobs.push(blobOf(entry), streamOf(router.archive));
    expect(await sync({ refetch })).toMatchObject({ repaired: 1 });
    expect(await readFile(file(), "utf8")).toBe("export {}\n");
  });

  it("of a package without `node_modules` beside it gets that link back", async () => {
    await sync();
    await rm(join(shop.modulesOf(all), "../node_modules"));
    await sync();
    expect((await treeOf(join(shop.modulesOf(all), "..")))["node_modules"]).toBe("→ modules");
  });
});

interface ChildOptions {
  readonly stallAt?: string;
  readonly linkMode?: LinkMode;
}

describe("several at once", () => {
  it("eight tasks on one cache all get the one closure", async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const projectDir = join(shop.projectDir, `p${index}`);
        await mkdir(projectDir);
        return materializerOf(shop.cacheDir).materialize(shop.request(all, { projectDir }));
      }),
    );
    expect(new Set(results.map((result) => result.closure)).size).toBe(1);
    expect(results.every((result) => result.linked === 2)).toBe(true);
    expect(await closuresLeft()).toHaveLength(1);
    expect(await sync({ verify: "full" })).toMatchObject({ repaired: 0 });
  });

  it("eight processes on one cold cache all succeed, and leave one closure", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, (_, index) => runChild(`p${index}`)));
    expect(made).toEqual(Array(8).fill(0));
    expect(await closuresLeft()).toHaveLength(1);
    expect(await sync({ verify: "full" })).toMatchObject({ repaired: 0 });
  });

  it("a process killed in mid-unpack leaves no closure, and the next removes what it began", async () => {
    const child = startChild("killed", { stallAt: "tokenizer" });
    await once(child.stdout, "data");
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect((await closuresLeft()).every((name) => name.startsWith(".tmp-"))).toBe(true);
    expect(await closuresLeft()).toHaveLength(1);
    await expect(access(join(shop.projectDir, "killed/.vox_modules"))).rejects.toThrow();
    await sync();
    expect(await closuresLeft()).toEqual([(await closuresLeft())[0]]);
    expect((await closuresLeft())[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(["symlink", "hardlink", "copy"] as const)(
    "eight processes that link one project by `%s` all succeed",
    async (linkMode) => {
      const codes = await Promise.all(Array.from({ length: 8 }, () => runChild("shared", { linkMode })));
      expect(codes).toEqual(Array(8).fill(0));
      const projectDir = join(shop.projectDir, "shared");
      await sync({ projectDir, linkMode });
      expect(await readdir(projectDir)).toEqual([".vox_modules"]);
      expect(await readFile(join(projectDir, ".vox_modules/http-router/index.js"), "utf8")).toBe("export {}\n");
      expect(await sync({ projectDir, linkMode, verify: "full" })).toMatchObject({ linked: 0, repaired: 0 });
    },
  );

  async function runChild(project: string, more: ChildOptions = {}): Promise<number | null> {
    const child = startChild(project, more);
    const [code] = await once(child, "exit");
    return typeof code === "number" ? code : null;
  }

  function startChild(project: string, more: ChildOptions) {
    const job = {
      cacheDir: shop.cacheDir,
      projectDir: join(shop.projectDir, project),
      packages: all.map((made) => made.entry),
      ...more,
    };
    return spawn(process.execPath, [bundle, JSON.stringify(job)], { stdio: ["ignore", "pipe", "inherit"] });
  }
});

let bundle: string;
beforeAll(async () => {
  const { build } = await import("esbuild");
  bundle = join(import.meta.dirname, `.child-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, "materialize-child.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return () => rm(bundle, { force: true });
});

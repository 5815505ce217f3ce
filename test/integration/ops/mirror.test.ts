import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePackageName } from "../../../src/core/package-name.ts";
import type { Repository } from "../../../src/oci/content-store.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { packageArtifact } from "../../../src/pm/registry/package-artifact.ts";
import { publishPackage, publishYank } from "../../../src/pm/registry/publish.ts";
import { createLockWorld, dropPackage, type LockWorld, publishToFolder } from "../../support/lock-world.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { piecesOf, pushAll, referrerTo } from "../../support/oci-graph.ts";
import { archiveOf, testMetadata } from "../../support/published-package.ts";
import { clientOf } from "../../support/remote-subject.ts";
import { at, succeeded, textAt } from "../../support/vox-cli.ts";

const NOTE = "application/vnd.example.note.v1";
let world: LockWorld;
let target: LoopbackRegistry;

beforeEach(async () => {
  world = createLockWorld();
  target = await startLoopbackRegistry({ referrers: true });
  await world.publish(
    { name: "tokenizer", version: "2.0.0" },
    { name: "tokenizer", version: "2.1.0" },
    { name: "tokenizer", version: "3.0.0-rc.1" },
    { name: "router", version: "1.0.0", manifest: '[dependencies]\ntokenizer = "^2"\n' },
    { name: "kit", version: "1.0.0" },
  );
  world.write(
    "Vox.toml",
    '[package]\nname = "app"\n[dependencies]\nrouter = "^1"\n[dev-dependencies]\nkit = "^1"\n[registries.default]\nindex = "file:../registry"\n',
  );
  await world.lock();
});
afterEach(async () => {
  await target.close();
  world.desk.remove();
});

const source = (name: string): FsLayoutStore => new FsLayoutStore(join(world.registry, name));
const remote = (name: string): RemoteStore => new RemoteStore(clientOf(target.host), `mirror/${name}`);
const location = (): string => `oci://${target.host}/mirror`;
const mirror = (...args: readonly string[]) => world.vox(["pm", "mirror", ...args]);
const packagesOf = (document: unknown): unknown => at(document, "packages");

async function attachNotes(repository: Repository, version: string): Promise<void> {
  const root = await repository.resolve(version);
  if (!root) throw new Error(`there is no ${version}`);
  const first = referrerTo(root, "one", { artifactType: NOTE });
  const second = referrerTo(first.manifest.descriptor, "two", { artifactType: NOTE });
  for (const note of [first, second]) await pushAll(repository, piecesOf(note));
  await repository.attach([first.manifest.descriptor, second.manifest.descriptor]);
}

describe("vox pm mirror", () => {
  it("copies what vox.lock holds, dev-dependencies too, with digests unchanged", async () => {
    const document = succeeded(await mirror("--to", location(), "--json")).json();
    expect(packagesOf(document)).toMatchObject([
      { name: "kit", version: "1.0.0", copied: true },
      { name: "router", version: "1.0.0", copied: true },
      { name: "tokenizer", version: "2.1.0", copied: true },
    ]);
    expect(await remote("tokenizer").tags()).toEqual(["2.1.0"]);
    for (const name of ["kit", "router"])
      expect(await remote(name).resolve("1.0.0")).toEqual(await source(name).resolve("1.0.0"));
    const again = succeeded(await mirror("--to", location(), "--json")).json();
    expect(packagesOf(again)).toMatchObject([{ copied: false }, { copied: false }, { copied: false }]);
    expect(at(again, "transfer", "bytes")).toBe(0);
  });

  it("copies what is attached, and what is attached to that, and the yank mark", async () => {
    await attachNotes(source("router"), "1.0.0");
    await publishYank(source("router"), "1.0.0", { yanked: true, reason: "broken" });
    const document = succeeded(await mirror("--to", location(), "router", "--json")).json();
    expect(packagesOf(document)).toMatchObject([{ name: "router", referrers: 2, yanked: true }]);
    const root = await remote("router").resolve("1.0.0");
    const [first] = root ? await remote("router").referrers(root.digest) : [];
    expect(first?.artifactType).toBe(NOTE);
    expect(first && (await remote("router").referrers(first.digest))).toHaveLength(1);
    expect(await remote("router").tags()).toEqual(["1.0.0", "yank_1.0.0"]);
  });

  it("brings what was attached since, and a mark that was undone, to a version that is there", async () => {
    await publishYank(source("router"), "1.0.0", { yanked: true });
    succeeded(await mirror("--to", "file:../copy", "router"));
    await attachNotes(source("router"), "1.0.0");
    await publishYank(source("router"), "1.0.0", { yanked: false });
    const document = succeeded(await mirror("--to", "file:../copy", "router", "--json")).json();
    expect(packagesOf(document)).toMatchObject([{ copied: false, referrers: 2, yanked: false }]);
  });

  it("copies the newest release of a name, one version, or all of them", async () => {
    const versions = async (...args: readonly string[]): Promise<unknown> =>
      packagesOf(succeeded(await mirror("--to", location(), "--json", ...args)).json());
    expect(await versions("tokenizer")).toMatchObject([{ version: "2.1.0" }]);
    expect(await versions("tokenizer@2.0.0")).toMatchObject([{ version: "2.0.0" }]);
    expect(await versions("tokenizer", "--all-versions")).toHaveLength(3);
    expect(await versions("--all")).toHaveLength(5);
  });

  it("copies with dependencies every version that may be resolved", async () => {
    const document = succeeded(await mirror("--to", location(), "router", "--with-dependencies", "--json")).json();
    expect(packagesOf(document)).toMatchObject([
      { name: "router", version: "1.0.0" },
      { name: "tokenizer", version: "2.0.0" },
      { name: "tokenizer", version: "2.1.0" },
    ]);
  });

  it("has an index at the destination tell of what was copied", async () => {
    succeeded(await mirror("--to", location()));
    expect(await remote("vox-index").tags()).toEqual(["v1"]);
  });

  it("mounts what the destination's host holds already", async () => {
    succeeded(await mirror("--to", location()));
    target.requests.length = 0;
    const document = succeeded(await mirror("--from", location(), "--to", `oci://${target.host}/second`, "--json")).json();
    expect(at(document, "transfer", "blobs")).toBe(0);
    expect(at(document, "transfer", "mounted")).toBeGreaterThan(0);
  });

  it("goes on where it was interrupted", async () => {
    let left = 7;
    await target.close();
    target = await startLoopbackRegistry({
      referrers: true,
      fault: ({ method }) => (method === "PUT" && (left -= 1) < 0 ? { kind: "status", status: 403 } : undefined),
    });
    expect((await mirror("--to", location())).exitCode).toBe(77);
    for (const name of target.repositories.keys()) {
      const store = target.repository(name);
      for (const tag of await store.tags())
        expect(store.content((await store.resolve(tag))?.digest ?? parseNothing())).toBeDefined();
    }
    left = 1000;
    expect(packagesOf(succeeded(await mirror("--to", location(), "--json")).json())).toHaveLength(3);
    expect(await remote("tokenizer").tags()).toEqual(["2.1.0"]);
  });
});

const parseNothing = (): never => {
  throw new Error("a tag names nothing");
};

describe("what is mirrored is refused", () => {
  it("when the destination holds another content under the version, which stays", async () => {
    await publishToFolder(join(world.desk.folder, "copy"), { name: "router", version: "1.0.0", files: { "other.js": "x" } });
    const other = await new FsLayoutStore(join(world.desk.folder, "copy/router")).resolve("1.0.0");
    const run = await mirror("--to", "file:../copy", "router");
    expect(run.stderr).toContain("error[REGISTRY_CONTENT_CHANGED]");
    expect(run.exitCode).toBe(1);
    expect(await new FsLayoutStore(join(world.desk.folder, "copy/router")).resolve("1.0.0")).toEqual(other);
  });

  it("when the source holds another content than the lock", async () => {
    dropPackage(world.registry, "router");
    await world.publish({
      name: "router",
      version: "1.0.0",
      manifest: '[dependencies]\ntokenizer = "^2"\n',
      files: { "evil.js": "x" },
    });
    const run = await mirror("--to", "file:../copy");
    expect(run.stderr).toContain("error[REGISTRY_CONTENT_CHANGED]");
    expect(existsSync(join(world.desk.folder, "copy/router"))).toBe(false);
  });

  it("when an archive's own Vox.toml says otherwise than the metadata", async () => {
    const name = parsePackageName("liar");
    const { blob, archive } = await archiveOf(name, { "Vox.toml": '[package]\nname = "liar"\nversion = "1.0.0"\n' });
    const blobs = new MemoryStore();
    blobs.add(archive, blob.mediaType);
    const metadata = testMetadata(name, "1.0.0", ["tokenizer"]);
    await publishPackage(source("liar"), packageArtifact({ metadata, archives: { kind: "neutral", blob }, facts: {} }), blobs);
    const run = await mirror("--to", "file:../copy", "liar");
    expect(run.stderr).toContain("error[ARCHIVE_METADATA_MISMATCH]");
    expect(await new FsLayoutStore(join(world.desk.folder, "copy/liar")).tags()).toEqual([]);
  });

  it("when an archive is not canonical", async () => {
    const name = parsePackageName("odd");
    const { blob, archive } = await archiveOf(parsePackageName("other"), {
      "Vox.toml": '[package]\nname = "odd"\nversion = "1.0.0"\n',
    });
    const blobs = new MemoryStore();
    blobs.add(archive, blob.mediaType);
    await publishPackage(
      source("odd"),
      packageArtifact({ metadata: testMetadata(name, "1.0.0", []), archives: { kind: "neutral", blob }, facts: {} }),
      blobs,
    );
    const run = await mirror("--to", "file:../copy", "odd");
    expect(run.stderr).toContain("error[ARCHIVE_INVALID]");
    expect(run.exitCode).toBe(65);
  });

  it.each([
    [["pm", "mirror"], 64, "USAGE"],
    [["pm", "mirror", "--to", "nowhere"], 78, "LOCATION_INVALID"],
    [["pm", "mirror", "--to", "file:../copy", "--all", "router"], 64, "USAGE"],
    [["pm", "mirror", "--to", "file:../copy", "--all-versions"], 64, "USAGE"],
    [["pm", "mirror", "--to", "file:../copy", "nobody"], 1, "PACKAGE_UNKNOWN"],
    [["pm", "mirror", "--to", "file:../copy", "router@9.9.9"], 1, "PACKAGE_UNKNOWN"],
  ])("when the command is %j", async (args, exitCode, code) => {
    const run = await world.vox(args);
    expect(run.stderr).toContain(`error[${code}]`);
    expect(run.exitCode).toBe(exitCode);
  });
});

describe("an archive of a registry", () => {
  const archive = (): string => join(world.desk.folder, "bundle.tar");

  it("carries packages to where there is no network: the same file each time, and a registry again", async () => {
    await attachNotes(source("router"), "1.0.0");
    succeeded(await mirror("--to", "../bundle.tar"));
    const bytes = readFileSync(archive());
    succeeded(await mirror("--to", "archive:../bundle.tar"));
    expect(Buffer.compare(readFileSync(archive()), bytes)).toBe(0);
    expect(readdirSync(world.desk.folder).filter((name) => name.startsWith(".vox"))).toEqual([]);
    const elsewhere = join(world.desk.folder, "elsewhere");
    mkdirSync(elsewhere);
    const run = await world.desk.vox(["pm", "mirror", "--all", "--from", archive(), "--to", "file:registry", "--json"], {
      cwd: elsewhere,
    });
    expect(packagesOf(succeeded(run).json())).toMatchObject([
      { name: "kit" },
      { name: "router", referrers: 2 },
      { name: "tokenizer" },
    ]);
    expect(readdirSync(join(world.desk.folder, "tmp"))).toEqual([]);
    rmSync(world.registry, { recursive: true });
    rmSync(join(world.desk.folder, "cache"), { recursive: true });
    world.write("Vox.toml", world.read("Vox.toml").replace("file:../registry", "file:../elsewhere/registry"));
    world.write("vox.lock", world.read("vox.lock").replace("file:../registry", "file:../elsewhere/registry"));
    succeeded(await world.vox(["sync", "--frozen"]));
  });

  /** One member's header with what stands there changed, its checksum right again. */
  function changed(at: number, change: (header: Buffer) => void): Buffer {
    const bytes = Buffer.from(readFileSync(archive()));
    const header = bytes.subarray(at, at + 512);
    change(header);
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return bytes;
  }

  it.each<[string, () => Buffer | string]>([
    ["nothing", () => ""],
    ["cut off", () => readFileSync(archive()).subarray(0, 3000)],
    ["followed by something", () => Buffer.concat([readFileSync(archive()), Buffer.alloc(512)])],
    ["one with a link", () => changed(0, (header) => void header.write("2", 156))],
    ["one with a path outside", () => changed(0, (header) => void header.write("../x/\0", 0))],
    ["one with an absolute path", () => changed(0, (header) => void header.write("/kit/\0", 0))],
    ["one with an owner", () => changed(0, (header) => void header.write("0000001", 108))],
    ["one with a blob of another name", () => changed(1536, (header) => void header.write("0".repeat(8), 17))],
    [
      "one with a changed blob",
      () => {
        const bytes = Buffer.from(readFileSync(archive()));
        bytes[1536 + 512] = (bytes[1536 + 512] ?? 0) ^ 1;
        return bytes;
      },
    ],
  ])("is refused when it is %s", async (_, spoil) => {
    succeeded(await mirror("--to", "../bundle.tar"));
    writeFileSync(archive(), spoil());
    const run = await mirror("--all", "--from", "../bundle.tar", "--to", "file:../copy");
    expect(run.stderr).toMatch(/error\[(ARCHIVE_INVALID|ARCHIVE_PATH|CONTENT_MISMATCH)\]/);
    expect(run.exitCode).toBe(65);
    expect(existsSync(join(world.desk.folder, "copy"))).toBe(false);
    expect(readdirSync(join(world.desk.folder, "tmp"))).toEqual([]);
  });

  it("that is not there, or is a folder, is told so", async () => {
    for (const from of ["../none.tar", "archive:../registry"]) {
      const run = await mirror("--all", "--from", from, "--to", "file:../copy");
      expect(run.stderr).toContain("error[FILE_UNREADABLE]");
    }
  });
});

describe("a mirror in the user's configuration", () => {
  const configure = (text: string): void => {
    mkdirSync(join(world.desk.folder, "config"), { recursive: true });
    writeFileSync(join(world.desk.folder, "config/config.toml"), text);
  };
  const forget = (): void => rmSync(join(world.desk.folder, "cache"), { recursive: true, force: true });

  it("is read in place of the registry, and the lock keeps the registry's own index", async () => {
    succeeded(await mirror("--to", location()));
    configure(`[mirrors]\n"file:${world.registry}" = "${location()}"\n`);
    const lock = world.read("vox.lock");
    rmSync(world.registry, { recursive: true });
    forget();
    succeeded(await world.vox(["sync", "--frozen"]));
    rmSync(world.path("vox.lock"));
    succeeded(await world.vox(["lock"]));
    expect(world.read("vox.lock")).toBe(lock);
  });

  it("gives what the lock says, or nothing", async () => {
    const copy = join(world.desk.folder, "copy");
    succeeded(await mirror("--to", `file:${copy}`));
    dropPackage(copy, "router");
    await publishToFolder(copy, { name: "router", version: "1.0.0", files: { "evil.js": "x" } });
    configure(`[mirrors]\n"file:../registry" = "file:../copy"\n`);
    forget();
    const run = await world.vox(["sync", "--frozen"]);
    expect(run.stderr).toContain("error[CONTENT_MISSING]");
    expect((await world.vox(["lock"])).stderr).toContain("error[REGISTRY_CONTENT_CHANGED]");
  });

  it("is not written to: publishing goes to the registry", async () => {
    configure(`[mirrors]\n"file:../registry" = "file:../copy"\n`);
    world.write("Vox.toml", '[package]\nname = "mine"\nversion = "1.0.0"\n[registries.default]\nindex = "file:../registry"\n');
    succeeded(await world.vox(["pm", "publish"]));
    expect(textAt(await source("mine").resolve("1.0.0"), "digest")).toMatch(/^sha256:/);
    expect(existsSync(join(world.desk.folder, "copy"))).toBe(false);
  });

  it("costs nothing where there is nothing to read: a spoilt file is not even noticed", async () => {
    succeeded(await world.vox(["sync"]));
    configure("nonsense");
    succeeded(await world.vox(["sync", "--frozen"]));
    succeeded(await world.vox(["lock", "--locked"]));
  });

  it.each([
    ["nonsense", "CONFIG_INVALID"],
    ["[mirror]\n", "CONFIG_INVALID"],
    ["[mirrors]\na = 1\n", "CONFIG_INVALID"],
    ["mirrors = 1\n", "CONFIG_INVALID"],
    ['[mirrors]\n"https://x" = "file:y"\n', "LOCATION_INVALID"],
  ])("is refused when it cannot be understood: %j", async (text, code) => {
    configure(text);
    const run = await world.vox(["lock"]);
    expect(run.stderr).toContain(`error[${code}]`);
    expect(run.exitCode).toBe(78);
  });
});

import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePlatform, type Platform } from "../../src/core/platform.ts";
import { copyGraph } from "../../src/oci/copy.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type LoopbackRegistryOptions,
  startLoopbackRegistry,
} from "../support/loopback-registry.ts";
import { openLoggedRegistry, traffic } from "../support/real-registry.ts";
import { clientOf } from "../support/remote-subject.ts";
import { requireService } from "../support/services.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../support/small-application.ts";
import { at, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";
import { addBase, type BaseSketch, jsonBytes } from "../unit/container/world.ts";

const realRegistry = await requireService("registry");
const AMD64 = parsePlatform("linux/amd64");
const WINDOWS: Platform = parsePlatform("windows/amd64");

let registry: LoopbackRegistry;
let application: SmallApplication;
afterEach(async () => {
  application.desk.remove();
  await registry.close();
});

/** An application whose base is `base/node:22` of a loopback registry. */
async function layWithBase(sketch: BaseSketch | undefined, options: LoopbackRegistryOptions = {}): Promise<void> {
  registry = await startLoopbackRegistry(options);
  if (sketch) await addBase(registry.repository("base/node"), sketch);
  application = await laySmallApplication({ container: `base_image = "${registry.host}/base/node:22"\n` });
}

/** Beside the project: a layout in it would be among its files. */
const outDir = (): string => join(application.desk.folder, "image");

const pack = (): Promise<VoxRun> => application.vox(["package", "--json", "--out", outDir()]);

interface Refusal {
  readonly code: string;
  readonly exit: number;
  readonly message: string;
  readonly hint: string;
}

/** A failed run, the registry's address scrubbed. */
function refusal({ exitCode, stdout, stderr }: VoxRun): Refusal {
  const scrub = (text: string): string => text.replaceAll(registry.host, "HOST").replace(/[0-9a-f]{64}/g, "HEX");
  const error = at(JSON.parse(stdout || "{}"), "error");
  if (error === undefined) throw new Error(`no error document\n${stdout}\n${stderr}`);
  return {
    code: textAt(error, "code"),
    exit: exitCode,
    message: scrub(textAt(error, "message")),
    hint: scrub(String(at(error, "hint"))),
  };
}

describe("`vox lock` refuses a base", () => {
  const lockRefusal = async (): Promise<Refusal> => refusal(await application.vox(["lock", "--json"]));

  it("that is not there", async () => {
    await layWithBase(undefined);
    expect(await lockRefusal()).toEqual({
      code: "CONTENT_MISSING",
      exit: 69,
      message: "there is no image `HOST/base/node:22`",
      hint: "correct `base_image` in [deploy.container]",
    });
  });

  it("that the registry does not let it read", async () => {
    await layWithBase({}, { auth: { kind: "basic", username: "somebody", password: "else" } });
    expect(await lockRefusal()).toMatchObject({
      code: "REGISTRY_DENIED",
      exit: 77,
      hint: expect.stringContaining("vox login HOST"),
    });
  });

  it("that lacks a platform, which is named with those that it has", async () => {
    await layWithBase({ platforms: [AMD64] });
    expect(await lockRefusal()).toEqual({
      code: "BASE_PLATFORM_MISSING",
      exit: 1,
      message: "base image `HOST/base/node:22` has no `linux/arm64`, only `linux/amd64`",
      hint: "take the platform out of `platforms` in [deploy.container], or choose another `base_image`",
    });
  });

  it("that is for Windows alone", async () => {
    await layWithBase({ platforms: [WINDOWS] });
    expect(await lockRefusal()).toMatchObject({
      code: "BASE_PLATFORM_MISSING",
      message: "base image `HOST/base/node:22` has no `linux/amd64`, only `windows/amd64`",
    });
  });

  it.each([
    ["whose type the registry tells", { "docker-content-digest": `sha256:${"0".repeat(64)}` }],
    ["whose type it does not tell", {}],
  ])("of Docker's schema 1, %s", async (_name, headers) => {
    const type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    const body = jsonBytes({
      schemaVersion: 1,
      name: "base/node",
      tag: "22",
      architecture: "amd64",
      fsLayers: [],
      history: [],
    });
    const schema1: Fault = { kind: "status", status: 200, headers: { ...headers, "content-type": type }, body };
    await layWithBase({}, { fault: ({ path }) => (path.includes("/manifests/") ? schema1 : undefined) });
    expect(await lockRefusal()).toMatchObject({
      code: "BASE_IMAGE_UNUSABLE",
      exit: 65,
      hint: expect.stringContaining("schema 2"),
    });
  });

  it("whose registry does not answer", async () => {
    await layWithBase({}, { fault: () => ({ kind: "status", status: 503 }) });
    expect(await lockRefusal()).toMatchObject({ code: "REGISTRY_UNAVAILABLE", exit: 69 });
  }, 60_000);
});

describe("a locked base (`base-locked`)", () => {
  it("wins over what its tag names now, until `vox update --base-images` moves it", async () => {
    await layWithBase({});
    succeeded(await application.vox(["lock"]));
    const before = textAt(succeeded(await pack()).json(), "image", "digest");
    const lock = readFileSync(join(application.folder, "vox.lock"), "utf8");

    await addBase(registry.repository("base/node"), { config: { author: "the next" } });
    succeeded(await application.vox(["lock"]));
    expect(readFileSync(join(application.folder, "vox.lock"), "utf8")).toBe(lock);
    const elsewhere = { env: { VOX_CACHE_DIR: join(application.desk.folder, "another-cache") } };
    const same = succeeded(await application.vox(["package", "--json", "--out", outDir()], elsewhere));
    expect(textAt(same.json(), "image", "digest")).toBe(before);

    succeeded(await application.vox(["update", "--base-images"]));
    expect(readFileSync(join(application.folder, "vox.lock"), "utf8")).not.toBe(lock);
    expect(textAt(succeeded(await pack()).json(), "image", "digest")).not.toBe(before);
  }, 60_000);

  it.each<[string, (base: MemoryStore) => void, Partial<Refusal>]>([
    [
      "that is gone from its registry",
      (base) => base.digests.forEach((digest) => base.remove(digest)),
      { code: "CONTENT_MISSING", exit: 69 },
    ],
  ])("%s is a coded error, and nothing is written", async (_name, spoil, expected) => {
    await layWithBase({});
    succeeded(await application.vox(["lock"]));
    spoil(registry.repository("base/node"));
    expect(refusal(await pack())).toMatchObject(expected);
    expect(existsSync(outDir())).toBe(false);
  });

  it.each([
    ["a manifest", "/manifests/sha256:"],
    ["a config or a layer", "/blobs/sha256:"],
  ])("of which the registry gives %s with another byte is never used", async (_name, path) => {
    let lying = false;
    await layWithBase({}, { fault: (request) => (lying && request.path.includes(path) ? { kind: "corrupt" } : undefined) });
    succeeded(await application.vox(["lock"]));
    lying = true;
    const { code, exit } = refusal(await pack());
    expect([code, exit]).toEqual(["CONTENT_MISMATCH", 65]);
    expect(existsSync(outDir())).toBe(false);
  });

  it.each<[string, BaseSketch, string]>([
    ["whose layers a registry may not pass on", { layerType: MEDIA_TYPE.dockerForeignLayerGzip }, "has a layer of type"],
    ["whose config is for Windows", { config: { os: "windows" } }, "is for `windows`, and vox builds for `linux`"],
    ["with other layers than diff-ids", { config: { rootfs: { type: "layers", diff_ids: [] } } }, "has 1 layer and 0 diff-ids"],
  ])("%s cannot be built upon", async (_name, sketch, message) => {
    await layWithBase(sketch);
    succeeded(await application.vox(["lock"]));
    const refused = refusal(await pack());
    expect(refused).toMatchObject({ code: "BASE_IMAGE_UNUSABLE", exit: 65 });
    expect(refused.message).toContain(message);
  });
});

describe("platforms", () => {
  it("are amd64 and arm64 unless Vox.toml says otherwise, in its order", async () => {
    await layWithBase({});
    succeeded(await application.vox(["lock"]));
    const platforms = async (): Promise<unknown> => at(succeeded(await pack()).json(), "image", "platforms");
    expect(await platforms()).toMatchObject([{ platform: "linux/amd64" }, { platform: "linux/arm64" }]);
    const base = `base_image = "${registry.host}/base/node:22"\n`;
    application.write("Vox.toml", manifestText({ container: `${base}platforms = ["linux/arm64"]\n` }));
    succeeded(await application.vox(["lock"]));
    expect(await platforms()).toMatchObject([{ platform: "linux/arm64" }]);
  }, 30_000);

  it("that a package lacks are named with the package", async () => {
    await layWithBase({});
    const base = `base_image = "${registry.host}/base/node:22"\n`;
    application.write("Vox.toml", manifestText({ container: base, rest: '[dependencies]\nnative = { path = "../native" }\n' }));
    const native = '[package]\nname = "native"\nversion = "1.0.0"\nplatforms = ["linux/amd64"]\n';
    application.write("../native/Vox.toml", native);
    application.write("../native/platforms/linux-amd64/lib.node", "machine code\n");
    succeeded(await application.vox(["lock"]));
    expect(refusal(await pack())).toEqual({
      code: "BASE_PLATFORM_MISSING",
      exit: 1,
      message: "package `native` 1.0.0 is not made for `linux/arm64`, only for `linux/amd64`",
      hint: "take the platform out of `platforms` in [deploy.container]",
    });
  }, 30_000);
});

describe.skipIf(realRegistry === undefined)("a base in a registry, when the image is pushed to a real one", () => {
  let prefix = "";
  beforeEach(() => {
    prefix = `base-${randomUUID().slice(0, 8)}`;
  });

  /** Whether the cache has a file with the bytes of one of these digests. */
  const cached = (digests: readonly string[]): readonly string[] =>
    readdirSync(join(application.desk.folder, "cache"), { recursive: true, encoding: "utf8" }).filter((path) =>
      digests.some((digest) => path.endsWith(digest.replace("sha256:", ""))),
    );

  async function layers(host: string, repository: string, reference: string): Promise<readonly string[]> {
    const store = new RemoteStore(clientOf(host), repository, { access: "pull" });
    const root = await store.resolve(reference);
    const found = new Set<string>();
    const kept = new MemoryStore();
    if (root) await copyGraph(store, kept, root);
    for (const digest of kept.digests) found.add(digest);
    return [...found];
  }

  it("gives its layers registry to registry: nothing of them is kept on the way", async () => {
    await layWithBase({ platforms: [AMD64, parsePlatform("linux/arm64")] });
    const door = await openLoggedRegistry(realRegistry ?? "");
    try {
      const container = `base_image = "${registry.host}/base/node:22"\nregistry = "${door.host}/${prefix}"\n`;
      application.write("Vox.toml", manifestText({ container }));
      succeeded(await application.vox(["lock"]));
      const digest = textAt(succeeded(await application.vox(["deploy", "--json"])).json(), "image", "digest");
      const image = await layers(realRegistry ?? "", `${prefix}/small`, digest);
      const base = await layers(registry.host, "base/node", "22");
      const shared = base.filter((blob) => image.includes(blob));
      expect(shared).toHaveLength(2);
      expect(traffic(door.takeLog()).uploaded).toEqual(expect.arrayContaining(shared));
      expect(cached(shared)).toEqual([]);
    } finally {
      await door.close();
    }
  }, 30_000);

  it("is mounted from its repository when that is in the same registry: none of it is read or sent", async () => {
    await layWithBase(undefined);
    const door = await openLoggedRegistry(realRegistry ?? "");
    try {
      const store = new MemoryStore();
      await addBase(store, {});
      const root = await store.resolve("22");
      const remote = new RemoteStore(clientOf(door.host), `${prefix}/base`, { access: "push" });
      if (root) await copyGraph(store, remote, root);
      if (root) await remote.tag(root, "22");
      const container = `base_image = "${door.host}/${prefix}/base:22"\nregistry = "${door.host}/${prefix}"\n`;
      application.write("Vox.toml", manifestText({ container, head: 'description = "mounted"\n' }));
      succeeded(await application.vox(["lock"]));
      door.takeLog();
      succeeded(await application.vox(["deploy"]));
      const log = door.takeLog();
      const { mounted, uploaded } = traffic(log);
      expect(mounted).toHaveLength(2);
      expect(uploaded.filter((digest) => mounted.includes(digest))).toEqual([]);
      const read = log.filter(({ method, target }) => method === "GET" && mounted.some((digest) => target.includes(digest)));
      expect(read).toEqual([]);
    } finally {
      await door.close();
    }
  }, 30_000);
});

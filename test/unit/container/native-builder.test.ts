import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { digestOf } from "../../../src/core/digest.ts";
import type { LayerCache } from "../../../src/container/build/layer-cache.ts";
import { MemoryLayerCache } from "../../../src/container/build/memory-layer-cache.ts";
import { type BuiltImage, buildImage } from "../../../src/container/build/native-builder.ts";
import { selectPlatform } from "../../../src/container/build/image.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { bucketEntries } from "../../../src/archive/package-entries.ts";
import { fileOfBytes, folderEntry, linkEntry, ROOT } from "../../../src/archive/tar-entry.ts";
import { inArchiveOrder } from "../../../src/archive/tar-tree.ts";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import { bucketOf } from "../../../src/container/plan/layer-plan.ts";
import type { MaterializedPackage } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, type ProjectSketch, projectOf } from "./fixtures.ts";
import { listTar } from "./tar-listing.ts";
import { addBase, addFile, addPackage, bytesOf, DOCKER_DIALECT, jsonOf, newWorld, type World } from "./world.ts";

const OPTIONS = { voxVersion: "0.1.0" };
const SERVER = "console.log('hello')\n";

async function build(world: World, sketch: ProjectSketch = {}): Promise<BuiltImage> {
  const baseImages = sketch.baseImages ?? [await addBase(world.base)];
  const files = sketch.files ?? [addFile(world.content, "server.js", SERVER)];
  return buildImage(planImage(projectOf({ ...sketch, baseImages, files }), OPTIONS), world.ports);
}

async function manifestOf(image: BuiltImage, at = 0) {
  const platform = image.platforms[at];
  if (!platform) throw new Error("no such platform");
  const manifest = await jsonOf(image.reader, platform.manifest);
  return { manifest, config: await jsonOf(image.reader, manifest.config) };
}

async function packages(world: World, count: number): Promise<MaterializedPackage[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => addPackage(world.content, `pkg-${index}`)));
}

describe("an image", () => {
  it("is an index with one manifest for each platform, in the intent's order, with its platform", async () => {
    const image = await build(newWorld(), { intent: { platforms: [ARM64, AMD64] } });
    const index = await jsonOf(image.reader, image.root);
    expect(index.mediaType).toBe("application/vnd.oci.image.index.v1+json");
    expect(index.manifests.map((entry: { platform: unknown }) => entry.platform)).toEqual([
      { architecture: "arm64", os: "linux" },
      { architecture: "amd64", os: "linux" },
    ]);
    expect(index.annotations).toMatchObject({ "dev.vox.version": "0.1.0", "dev.vox.image-format": "1" });
  });

  it("lays base, packages and application on one another, and annotates each layer of ours", async () => {
    const world = newWorld();
    const router = await addPackage(world.content, "http-router", { version: "2.3.1" });
    const image = await build(world, { packages: [router] });
    const { manifest, config } = await manifestOf(image);
    expect(manifest.layers.map((layer: { annotations?: unknown }) => layer.annotations)).toEqual([
      undefined,
      { "dev.vox.packages": "http-router@2.3.1" },
      { "dev.vox.packages": "storefront@1.4.0" },
    ]);
    expect(manifest.layers[1].digest).toBe(router.archive.kind === "neutral" && router.archive.blob.digest);
    expect(config.history.map((entry: { created_by: string }) => entry.created_by)).toEqual([
      "ADD rootfs",
      "CMD node",
      "vox: package http-router@2.3.1",
      "vox: application",
    ]);
    expect(config.rootfs.diff_ids).toHaveLength(3);
    expect(config.config).toMatchObject({
      Entrypoint: ["/entry"],
      Cmd: ["node", "server.js"],
      Env: ["PATH=/usr/bin"],
      WorkingDir: "/app",
    });
    expect(manifest.annotations).toMatchObject({
      "org.opencontainers.image.title": "storefront",
      "dev.vox.lock.digest": digestOf("closure"),
    });
    expect(config.config.Labels).toEqual({ maintainer: "base", ...manifest.annotations });
  });

  it("has in its documents nothing but canonical JSON", async () => {
    const image = await build(newWorld());
    const { manifest } = await manifestOf(image);
    for (const descriptor of [image.root, image.platforms[0]?.manifest ?? image.root, manifest.config]) {
      const bytes = await bytesOf(image.reader, descriptor);
      expect(bytes.toString()).toBe(canonicalJson(JSON.parse(bytes.toString())));
      expect(digestOf(bytes)).toBe(descriptor.digest);
    }
  });

  it("names diff-ids that its layers unpack to", async () => {
    const world = newWorld();
    const image = await build(world, { packages: await packages(world, 30) });
    const { manifest, config } = await manifestOf(image);
    const unpacked = [];
    for (const layer of manifest.layers) unpacked.push(digestOf(zlib.gunzipSync(await bytesOf(image.reader, layer))));
    expect(unpacked).toEqual(config.rootfs.diff_ids);
  });

  it("keeps the files, their modes and the links to the packages in the application layer", async () => {
    const world = newWorld();
    const files = [
      addFile(world.content, "bin/run", "#!/bin/sh\n", 0o755),
      { kind: "symlink", path: "current", target: "bin" } as const,
      addFile(world.content, "server.js", SERVER),
    ];
    const image = await build(world, { files, intent: { writable: ["data"], user: "1000:1001" } });
    const { manifest } = await manifestOf(image);
    expect(await listTar(await bytesOf(image.reader, manifest.layers.at(-1)))).toEqual([
      { path: "app/", type: "Directory", mode: "755", owner: "0:0" },
      { path: "app/.vox_modules", type: "SymbolicLink", mode: "777", owner: "0:0", linkpath: "/opt/vox/modules" },
      { path: "app/bin/", type: "Directory", mode: "755", owner: "0:0" },
      { path: "app/bin/run", type: "File", mode: "755", owner: "0:0", text: "#!/bin/sh\n" },
      { path: "app/current", type: "SymbolicLink", mode: "777", owner: "0:0", linkpath: "bin" },
      { path: "app/data/", type: "Directory", mode: "755", owner: "1000:1001" },
      { path: "app/server.js", type: "File", mode: "644", owner: "0:0", text: SERVER },
      { path: "opt/vox/", type: "Directory", mode: "755", owner: "0:0" },
      { path: "opt/vox/node_modules", type: "SymbolicLink", mode: "777", owner: "0:0", linkpath: "modules" },
    ]);
  });

  it("on scratch has users, `/tmp` and CA certificates, and no base to name", async () => {
    const world = newWorld();
    const files = [addFile(world.content, "ca.crt", "PEM\n"), addFile(world.content, "server.js", SERVER)];
    const image = await build(world, { files, baseImages: [], intent: { baseImage: "scratch", caCertificates: "ca.crt" } });
    const { manifest, config } = await manifestOf(image);
    expect(config.rootfs.diff_ids).toHaveLength(2);
    expect(config.history[0].created_by).toBe("vox: system files");
    expect(config.config.Labels).not.toHaveProperty(["org.opencontainers.image.base.name"]);
    const members = await listTar(await bytesOf(image.reader, manifest.layers[0]));
    expect(members.map((member) => `${member.path} ${member.owner}`)).toEqual([
      "etc/ 0:0",
      "etc/group 0:0",
      "etc/passwd 0:0",
      "etc/ssl/ 0:0",
      "etc/ssl/certs/ 0:0",
      "etc/ssl/certs/ca-certificates.crt 0:0",
      "tmp/ 65532:65532",
    ]);
    expect(world.opened()).toBe(0);
  });

  it("on scratch has what is above an odd workdir as its own layers below have it", async () => {
    const image = await build(newWorld(), { baseImages: [], intent: { baseImage: "scratch", workdir: "/tmp/deep/app" } });
    const { manifest } = await manifestOf(image);
    const members = await listTar(await bytesOf(image.reader, manifest.layers[1]));
    expect(members.slice(-4).map((member) => `${member.path} ${member.owner}`)).toEqual([
      "tmp/deep/ 0:0",
      "tmp/deep/app/ 0:0",
      "tmp/deep/app/.vox_modules 0:0",
      "tmp/deep/app/server.js 0:0",
    ]);
    expect(members.find(({ path }) => path === "tmp/")?.owner).toBe("65532:65532");
  });

  it.each(["gzip", "none"] as const)(
    "has what is above an odd workdir as the base has it, and where its links lead: base of %s",
    async (compression) => {
      const world = newWorld();
      const folders = [
        { path: "var/", mode: 0o755, owner: ROOT },
        { path: "var/home/", mode: 0o1770, owner: { uid: 7, gid: 8 } },
      ];
      const entries = inArchiveOrder([...folders.map(folderEntry), linkEntry("home", "var/home")]);
      const baseImages = [await addBase(world.base, { entries, compression })];
      const image = await build(world, { baseImages, intent: { workdir: "/home/node/app" } });
      const { manifest, config } = await manifestOf(image);
      const members = await listTar(await bytesOf(image.reader, manifest.layers[1]));
      expect(members.slice(2).map((member) => `${member.path} ${member.mode} ${member.owner}`)).toEqual([
        "var/ 755 0:0",
        "var/home/ 1770 7:8",
        "var/home/node/ 755 0:0",
        "var/home/node/app/ 755 0:0",
        "var/home/node/app/.vox_modules 777 0:0",
        "var/home/node/app/server.js 644 0:0",
      ]);
      expect(config.config.WorkingDir).toBe("/home/node/app");
    },
  );

  it("asks a base once what is above an odd workdir, and believes no damaged memory of it", async () => {
    const world = newWorld();
    const kept = new Map<string, string>();
    const facts = {
      fact: async (key: string) => kept.get(key),
      keepFact: async (key: string, text: string) => void kept.set(key, text),
    };
    const ports = { ...world.ports, bases: { ...world.ports.bases, facts } };
    const baseImages = [await addBase(world.base)];
    const sketch = { baseImages, intent: { workdir: "/tmp/app" } };
    const first = await build({ ...world, ports }, sketch);
    const damaged = [...kept].map(([key, text]) => [key, text.replace("755", "9")] as const);
    for (const [key, text] of damaged) kept.set(key, text);
    expect((await build({ ...world, ports }, sketch)).root).toEqual(first.root);
    for (const digest of first.baseLayers) world.base.remove(digest);
    expect((await build({ ...world, ports }, sketch)).root).toEqual(first.root);
    await expect(build(world, sketch)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });

  it("adds CA certificates to a base without touching its folders", async () => {
    const world = newWorld();
    const files = [addFile(world.content, "ca.crt", "PEM\n"), addFile(world.content, "server.js", SERVER)];
    const image = await build(world, { files, intent: { caCertificates: "ca.crt" } });
    const { manifest } = await manifestOf(image);
    const members = await listTar(await bytesOf(image.reader, manifest.layers[1]));
    expect(members.map((member) => member.path)).toEqual(["etc/ssl/certs/ca-certificates.crt"]);
  });

  it("stands on a Docker schema 2 base with OCI types and the same digests", async () => {
    const world = newWorld();
    const baseImages = [await addBase(world.base, { dialect: DOCKER_DIALECT })];
    const image = await build(world, { baseImages });
    const { manifest } = await manifestOf(image);
    expect(manifest.layers[0].mediaType).toBe("application/vnd.oci.image.layer.v1.tar+gzip");
    expect(world.base.digests).toContain(manifest.layers[0].digest);
    expect((await manifestOf(image)).config.config.Labels["org.opencontainers.image.base.digest"]).toBe(baseImages[0]?.digest);
  });

  it("tells which layers are the base's", async () => {
    const image = await build(newWorld());
    const bases = [
      (await manifestOf(image, 0)).manifest.layers[0].digest,
      (await manifestOf(image, 1)).manifest.layers[0].digest,
    ];
    expect(image.baseLayers).toEqual(bases);
  });

  it("can be narrowed to one platform", async () => {
    const image = await build(newWorld());
    expect(selectPlatform(image, ARM64)?.root).toEqual(image.platforms[1]?.manifest);
    expect(selectPlatform(image, ARM64)?.platforms).toHaveLength(1);
  });
});

describe("layers", () => {
  it("of a bucket are the canonical tar of its packages", async () => {
    const world = newWorld();
    const all = await packages(world, 40);
    const image = await build(world, { packages: all });
    const { config } = await manifestOf(image);
    const members = all.filter((item) => bucketOf(item.name) === bucketOf("pkg-0"));
    const contents = members.map((item) => ({
      name: item.name,
      files: [
        fileOfBytes("Vox.toml", Buffer.from(`[package]\nname = "${item.name}"\nversion = "1.0.0"\n`)),
        fileOfBytes("lib/index.js", Buffer.from(`export default ${JSON.stringify(item.name)};\n`)),
      ],
    }));
    const tar = await collectBytes(writeCanonicalTar(bucketEntries(contents)), { maxBytes: Infinity, what: "the bucket" });
    expect(members.length).toBeGreaterThan(1);
    expect(config.rootfs.diff_ids).toContain(digestOf(tar));
  });

  it("are made once for two platforms, and not again for the same content", async () => {
    const world = newWorld();
    const sketch = { packages: await packages(world, 3) };
    const first = await build(world, sketch);
    expect(first.layersMade).toBe(1);
    const [one, two] = [await manifestOf(first, 0), await manifestOf(first, 1)];
    expect(one.manifest.layers.at(-1)).toEqual(two.manifest.layers.at(-1));
    expect((await build(world, sketch)).layersMade).toBe(0);
  });

  it("are found in the cache before any file is read", async () => {
    const world = newWorld();
    const file = addFile(world.content, "server.js", SERVER);
    const first = await build(world, { files: [file] });
    if (file.kind === "file") world.content.remove(file.digest);
    expect((await build(world, { files: [file] })).root).toEqual(first.root);
  });

  it("are made anew when the cache lost the blob", async () => {
    const world = newWorld();
    const first = await build(world);
    const forgetful: LayerCache = {
      blobs: new MemoryLayerCache().blobs,
      find: (key) => world.layers.find(key),
      record: (key, layer) => world.layers.record(key, layer),
    };
    const again = await build({ ...world, ports: { ...world.ports, layers: forgetful } });
    expect([again.layersMade, again.root.digest]).toEqual([1, first.root.digest]);
  });

  it.each([
    ["none", "application/vnd.oci.image.layer.v1.tar"],
    ["gzip", "application/vnd.oci.image.layer.v1.tar+gzip"],
  ] as const)("made here are compressed as asked: %s", async (compression, mediaType) => {
    const { manifest } = await manifestOf(await build(newWorld(), { intent: { compression } }));
    expect(manifest.layers.at(-1).mediaType).toBe(mediaType);
  });

  it("made here are zstd where Node has it, and a coded error where it has not", async () => {
    const built = build(newWorld(), { intent: { compression: "zstd" } });
    if (!("createZstdCompress" in zlib)) return expect(built).rejects.toMatchObject({ code: "COMPRESSION_UNSUPPORTED" });
    const { manifest } = await manifestOf(await built);
    expect(manifest.layers.at(-1).mediaType).toBe("application/vnd.oci.image.layer.v1.tar+zstd");
  });

  it("are at most 120 with the base's", async () => {
    const world = newWorld();
    const all = await packages(world, 119);
    await expect(build(world, { packages: all, intent: { layers: "per-package" } })).rejects.toMatchObject({
      code: "LAYERS_TOO_MANY",
    });
    const image = await build(world, { packages: all.slice(1), intent: { layers: "per-package" } });
    expect((await manifestOf(image)).manifest.layers).toHaveLength(120);
  });
});

describe("an image's digest", () => {
  it("is the same for the same content in any order, twice", async () => {
    const digests = [];
    for (const reverse of [false, true, false]) {
      const world = newWorld();
      const all = await packages(world, 30);
      const env = { A: "1", B: "2" };
      const image = await build(world, {
        packages: reverse ? all.reverse() : all,
        intent: {
          env: reverse ? Object.fromEntries(Object.entries(env).reverse()) : env,
          writable: reverse ? ["b", "a"] : ["a", "b"],
        },
      });
      digests.push(image.root.digest);
    }
    expect(new Set(digests).size).toBe(1);
  });

  it("changes for a commit that touches nothing in the image, while its platforms' digests do not", async () => {
    const world = newWorld();
    const identity = (revision: string) => ({ ...projectOf().identity, revision, dirty: false });
    const before = await build(world, { identity: identity("a".repeat(40)) });
    const after = await build(world, { identity: identity("b".repeat(40)) });
    expect(after.root.digest).not.toBe(before.root.digest);
    expect(after.platforms).toEqual(before.platforms);
  });
});

describe("a build that cannot be", () => {
  it("fails when a package's blob is gone, and keeps no layer", async () => {
    const world = newWorld();
    const all = await packages(world, 30);
    const lost = all[0];
    if (lost?.archive.kind === "neutral") world.content.remove(lost.archive.blob.digest);
    await expect(build(world, { packages: all })).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });

  it("fails when a package does not unpack to its diff-id", async () => {
    const world = newWorld();
    const all = await packages(world, 30);
    const forged = all.map((item, at): MaterializedPackage =>
      at === 0 && item.archive.kind === "neutral"
        ? { ...item, archive: { kind: "neutral", blob: { ...item.archive.blob, diffId: digestOf("other") } } }
        : item,
    );
    await expect(build(world, { packages: forged })).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  it("fails when a file has other bytes than were listed", async () => {
    const world = newWorld();
    const file = addFile(world.content, "server.js", SERVER);
    await expect(build(world, { files: [{ ...file, size: 3 } as typeof file] })).rejects.toMatchObject({
      code: "CONTENT_MISMATCH",
    });
  });

  it("stops when it is told to", async () => {
    const world = newWorld();
    const controller = new AbortController();
    controller.abort();
    await expect(build({ ...world, ports: { ...world.ports, signal: controller.signal } })).rejects.toThrow(/abort/i);
  });
});

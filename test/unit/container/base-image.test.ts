import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import { formatBase, parseBaseReference, parseStoredBase } from "../../../src/container/base-image/base-reference.ts";
import type { DocumentCache } from "../../../src/container/base-image/base-image.ts";
import { findPlatform } from "../../../src/container/base-image/index-platforms.ts";
import { readBaseImage } from "../../../src/container/base-image/read-base-image.ts";
import { resolveBaseImage } from "../../../src/container/base-image/resolve-base-image.ts";
import type { Repository } from "../../../src/oci/content-store.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import type { LockedBaseImage } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, BASE_REFERENCE, failureOf } from "./fixtures.ts";
import { addBase, addBaseManifest, type BaseSketch, DOCKER_DIALECT, jsonBytes } from "./world.ts";

const WINDOWS = parsePlatform("windows/amd64");

describe("a base reference", () => {
  it.each([
    ["scratch", { kind: "scratch" }],
    ["oci-layout:./dir:tag", { kind: "layout", dir: "./dir", tag: "tag" }],
    ["oci-layout:/a:b/dir:1.2", { kind: "layout", dir: "/a:b/dir", tag: "1.2" }],
    ["node:22-slim", { kind: "registry", reference: { registry: "docker.io", repository: "library/node", tag: "22-slim" } }],
  ])("`%s` is read", (text, expected) => expect(parseBaseReference(text)).toEqual(expected));

  it.each(["oci-layout:", "oci-layout:dir", "oci-layout::tag", "oci-layout:dir:", "oci-layout:dir:a/b", "Not A Reference"])(
    "`%s` is refused",
    (text) => expect(failureOf(() => parseBaseReference(text))).toMatch(/^REFERENCE_INVALID/),
  );

  it.each([
    ["node:22", "docker.io/library/node:22"],
    ["ghcr.io/a/b@sha256:" + "0".repeat(64), "ghcr.io/a/b@sha256:" + "0".repeat(64)],
    ["oci-layout:./dir:tag", "oci-layout:./dir:tag"],
  ])("`%s` is named in full as `%s`", (text, full) => expect(formatBase(parseStoredBase(text))).toBe(full));
});

describe("a platform", () => {
  const images = ["linux/arm/v6", "linux/arm/v7", "linux/amd64"].map((text) => ({ platform: parsePlatform(text) }));
  it.each([
    ["linux/amd64", "linux/amd64"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/arm", "linux/arm/v6"],
    ["linux/arm64", undefined],
  ])("%s is %s, the first that fits", (wanted, found) =>
    expect(findPlatform(images, parsePlatform(wanted))?.platform).toBe(found),
  );
});

const resolve = (store: Repository, platforms = [AMD64, ARM64]) =>
  resolveBaseImage(store, { reference: BASE_REFERENCE, platforms });

describe("locking a base", () => {
  it("pins what the tag names and the manifest for each platform", async () => {
    const store = new MemoryStore();
    const base = await addBase(store);
    expect(await resolve(store)).toEqual(base);
    expect((await resolve(store, [ARM64])).platforms).toEqual(base.platforms.slice(1));
  });

  it("passes attestations and other artifacts over", async () => {
    const store = new MemoryStore();
    const manifest = await addBaseManifest(store, AMD64);
    const attestation = { ...manifest, platform: { os: "unknown", architecture: "unknown" } };
    const artifact = { ...manifest, artifactType: "application/x", platform: { os: "linux", architecture: "arm64" } };
    const manifests = [attestation, artifact, { ...manifest, platform: { os: "linux", architecture: "amd64" } }];
    await store.tag(
      store.add(jsonBytes({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }), MEDIA_TYPE.imageIndex),
      "22",
    );
    expect((await resolve(store, [AMD64])).platforms).toEqual([{ platform: AMD64, digest: manifest.digest }]);
    await expect(resolve(store)).rejects.toMatchObject({
      code: "BASE_PLATFORM_MISSING",
      message: `base image \`${BASE_REFERENCE}\` has no \`linux/arm64\`, only \`linux/amd64\``,
    });
  });

  it("takes the platform of a lone manifest from its config", async () => {
    const store = new MemoryStore();
    const manifest = await addBaseManifest(store, ARM64, { dialect: DOCKER_DIALECT });
    await store.tag(manifest, "22");
    expect(await resolve(store, [ARM64])).toEqual({
      reference: BASE_REFERENCE,
      digest: manifest.digest,
      platforms: [{ platform: ARM64, digest: manifest.digest }],
    });
    await expect(resolve(store, [AMD64])).rejects.toMatchObject({ code: "BASE_PLATFORM_MISSING" });
  });

  it("fails when there is no such tag", async () => {
    await expect(resolve(new MemoryStore())).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });

  it("refuses Docker's schema 1", async () => {
    const schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    const store: Repository = Object.assign(new MemoryStore(), {
      resolve: async () => ({ mediaType: schema1, digest: digestOf("old"), size: 3 }),
    });
    await expect(resolve(store)).rejects.toMatchObject({ code: "BASE_IMAGE_UNUSABLE" });
  });
});

describe("reading a locked base", () => {
  const read = (store: Repository, locked: LockedBaseImage, documents?: DocumentCache) =>
    readBaseImage(
      { open: async () => store, ...(documents && { documents }) },
      { locked, platform: AMD64, manifest: locked.platforms[0]?.digest ?? digestOf("none") },
    );
  const withBase = async (sketch: BaseSketch) => {
    const store = new MemoryStore();
    return { store, locked: await addBase(store, sketch) };
  };

  it("gives its config and its layers", async () => {
    const { store, locked } = await withBase({});
    const base = await read(store, locked);
    expect(base.config).toMatchObject({ os: "linux", architecture: "amd64", config: { Entrypoint: ["/entry"] } });
    expect(base.layers).toHaveLength(1);
  });

  it("asks the tag of a layout, and refuses what is not locked there", async () => {
    const store = new MemoryStore();
    const base = await addBase(store);
    const hidden: Repository = Object.assign(Object.create(store), {
      resolve: (tag: string) => (tag.startsWith("sha256:") ? Promise.resolve(undefined) : store.resolve(tag)),
      fetch: store.fetch.bind(store),
    });
    const locked = { ...base, reference: "oci-layout:./base:22" };
    expect((await read(hidden, locked)).layers).toHaveLength(1);
    const manifest = await addBaseManifest(store, AMD64, { config: { author: "other" } });
    await store.tag(manifest, "22");
    await expect(read(hidden, locked)).rejects.toMatchObject({ code: "REGISTRY_CONTENT_CHANGED" });
  });

  it("asks nobody for documents that a cache holds", async () => {
    const { store, locked } = await withBase({});
    const kept = new Map<string, Uint8Array>();
    const documents: DocumentCache = {
      read: async (digest) => kept.get(digest),
      write: async (bytes) => void kept.set(digestOf(bytes), bytes),
    };
    await read(store, locked, documents);
    expect((await read(new MemoryStore(), locked, documents)).layers).toHaveLength(1);
  });

  it("does not trust a cache that holds other bytes", async () => {
    const { store, locked } = await withBase({});
    const documents: DocumentCache = { read: async () => Buffer.from("{}"), write: async () => undefined };
    expect((await read(store, locked, documents)).layers).toHaveLength(1);
  });

  it.each<[string, BaseSketch]>([
    ["is for Windows", { platforms: [WINDOWS] }],
    ["has foreign layers", { layerType: MEDIA_TYPE.dockerForeignLayerGzip }],
    ["has layers that may not be passed on", { layerType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip" }],
    ["has layers of a type that nobody knows", { layerType: "application/x-custom" }],
    ["has more layers than diff-ids", { config: { rootfs: { type: "layers", diff_ids: [] } } }],
  ])("refuses one that %s", async (_name, sketch) => {
    const { store, locked } = await withBase(sketch);
    await expect(read(store, locked)).rejects.toMatchObject({ code: "BASE_IMAGE_UNUSABLE" });
  });

  it("fails when the registry lost it", async () => {
    const { store, locked } = await withBase({});
    for (const digest of store.digests) store.remove(digest);
    await expect(read(store, locked)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });
});

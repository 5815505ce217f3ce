import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { buildImage, type BuiltImage } from "../../../src/container/build/native-builder.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { layoutMountSources, type LayoutMountWish } from "../../../src/container/publish/layout-mounts.ts";
import { mountRepositories, mountSources } from "../../../src/container/publish/mount-sources.ts";
import { publishImage } from "../../../src/container/publish/publish-image.ts";
import { imageTags, releaseTag } from "../../../src/container/publish/tags.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { BASE_REFERENCE, failureOf, packageOf, projectOf } from "./fixtures.ts";
import { addBase, addFile, newWorld, type World } from "./world.ts";

const REVISION = "0123456789abcdef0123456789abcdef01234567";

describe("tags", () => {
  it.each([
    ["a clean tree", { revision: REVISION, dirty: false }, [], ["production", "git-0123456789ab"]],
    ["a dirty tree", { revision: REVISION, dirty: true }, [], ["production"]],
    ["no git", { dirty: true }, [], ["production"]],
    ["more that are asked for, each once", { dirty: true }, ["v1", "production", "v1"], ["production", "v1"]],
  ])("of %s", (_name, identity, extra, expected) => {
    expect(imageTags({ environment: "production", identity, extra })).toEqual(expected);
  });

  it("of a release is its version, as far as tags can spell it", () => {
    expect(["1.4.0", "2.0.0-rc.1+build.7"].map(releaseTag)).toEqual(["1.4.0", "2.0.0-rc.1_build.7"]);
  });

  it.each(["a/b", "", "-x", "x".repeat(129), "vox.deploy.production.1.0"])("refuse `%s`", (tag) => {
    expect(failureOf(() => imageTags({ environment: "production", identity: { dirty: true }, extra: [tag] }))).toMatch(
      /^REFERENCE_INVALID/,
    );
  });
});

describe("mount sources of a layout", () => {
  const packages = { host: "127.0.0.1:5000", prefix: "vox" };
  const sourcesFor = async (registry: string, wish: Partial<LayoutMountWish> = {}) => {
    const store = new MemoryStore();
    const layer = (name: string, annotations?: Record<string, string>) => ({
      ...store.add(Buffer.from(name), "application/vnd.oci.image.layer.v1.tar+gzip"),
      ...(annotations && { annotations }),
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: store.add(Buffer.from("{}"), "application/vnd.oci.image.config.v1+json"),
      layers: [
        layer("base"),
        layer("router", { "dev.vox.packages": "http-router@2.3.1" }),
        layer("bucket", { "dev.vox.packages": "a@1.0.0,b@1.0.0" }),
        layer("application", { "dev.vox.packages": "storefront@1.0.0" }),
      ],
      annotations: { "org.opencontainers.image.base.name": "127.0.0.1:5000/base/node:22" },
    };
    const root = store.add(Buffer.from(JSON.stringify(manifest)), manifest.mediaType);
    const to = { registry, repository: "acme/storefront" };
    const sources = await layoutMountSources(store, root, { to, packages, ...wish });
    return ["base", "router", "bucket", "application"].map((name) => sources.get(digestOf(name)));
  };

  it("are what the image says of its base and its packages, on the same host", async () => {
    expect(await sourcesFor("127.0.0.1:5000")).toEqual(["base/node", "vox/http-router", undefined, undefined]);
    expect(await sourcesFor("127.0.0.1:5000", { packages: undefined })).toEqual(["base/node", undefined, undefined, undefined]);
    expect(await sourcesFor("elsewhere")).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("are one repository for all, where that is known to have the image", async () => {
    expect(await sourcesFor("elsewhere", { pushedTo: "acme/staging" })).toEqual(
      ["base", "router", "bucket", "application"].map(() => "acme/staging"),
    );
  });
});

describe("mount sources", () => {
  const registries = new Map([
    ["default", { host: "127.0.0.1:5000", prefix: "vox" }],
    ["corp", { host: "registry.corp", prefix: "" }],
  ]);
  const project = {
    packages: [
      packageOf("http-router"),
      packageOf("corp-kit", { source: "registry+corp" }),
      packageOf("shared", { source: "path+../shared" }),
      packageOf("local", { source: "registry+folder" }),
    ],
  };
  const layer = digestOf("base layer");
  const sourcesFor = (host: string, repository = "acme/storefront") =>
    mountSources({ project, baseReference: BASE_REFERENCE, baseLayers: [layer], registries, host, repository });

  it("are the packages' and the base's repositories on the same host", () => {
    expect([...sourcesFor("127.0.0.1:5000")]).toEqual([
      [layer, "base/node"],
      [digestOf("blob of http-router@1.0.0"), "vox/http-router"],
    ]);
    expect([...sourcesFor("registry.corp").values()]).toEqual(["corp-kit"]);
    expect(mountRepositories(sourcesFor("127.0.0.1:5000"))).toEqual(["base/node", "vox/http-router"]);
  });

  it("are none on another host, and never the image's own repository", () => {
    expect(sourcesFor("ghcr.io").size).toBe(0);
    expect(sourcesFor("127.0.0.1:5000", "vox/http-router").size).toBe(1);
  });
});

describe("publishing", () => {
  async function build(world: World, text: string): Promise<BuiltImage> {
    const baseImages = [await addBase(world.base)];
    const files = [addFile(world.content, "server.js", text)];
    return buildImage(planImage(projectOf({ baseImages, files }), { voxVersion: "0.1.0" }), world.ports);
  }

  it("copies what the index reaches, then tags it", async () => {
    const image = await build(newWorld(), "one");
    const repository = new MemoryStore();
    const published = await publishImage(image, repository, { tags: ["production", "git-0123456789ab"] });
    expect(published.digest).toBe(image.root.digest);
    expect(published.transfer).toMatchObject({ blobs: 5, mounted: 0, skipped: 0 });
    expect(await repository.tags()).toEqual(["git-0123456789ab", "production"]);
    expect((await repository.resolve("production"))?.digest).toBe(image.root.digest);
  });

  it("sends only what changed the next time", async () => {
    const world = newWorld();
    const repository = new MemoryStore();
    await publishImage(await build(world, "one"), repository, { tags: ["production"] });
    const { transfer } = await publishImage(await build(world, "two"), repository, { tags: ["production"] });
    expect(transfer.blobs).toBe(3);
  });

  it("sends nothing when nothing changed", async () => {
    const repository = new MemoryStore();
    const image = await build(newWorld(), "one");
    await publishImage(image, repository, { tags: ["production"] });
    const { transfer } = await publishImage(image, repository, { tags: ["production"] });
    expect(transfer).toEqual({ bytes: 0, blobs: 0, mounted: 0, skipped: 1 });
  });

  it("refuses to move a fixed tag before anything is sent", async () => {
    const world = newWorld();
    const repository = new MemoryStore();
    await publishImage(await build(world, "one"), repository, { tags: [], fixedTags: ["1.4.0"] });
    const before = repository.digests;
    const second = await build(world, "two");
    await expect(publishImage(second, repository, { tags: ["production"], fixedTags: ["1.4.0"] })).rejects.toMatchObject({
      code: "VERSION_EXISTS",
    });
    expect(repository.digests).toEqual(before);
    expect(await repository.tags()).toEqual(["1.4.0"]);
  });

  it("keeps the documents of what it published", async () => {
    const image = await build(newWorld(), "one");
    const documents = new MemoryStore();
    await publishImage(image, new MemoryStore(), { tags: ["production"], documents });
    expect(documents.digests).toHaveLength(3);
  });

  it("tags nothing when a blob cannot be had", async () => {
    const world = newWorld();
    const image = await build(world, "one");
    for (const digest of world.base.digests) world.base.remove(digest);
    const repository = new MemoryStore();
    await expect(publishImage(image, repository, { tags: ["production"] })).rejects.toMatchObject({ code: "CONTENT_MISSING" });
    expect(await repository.tags()).toEqual([]);
  });
});

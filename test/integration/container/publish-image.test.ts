import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Digest } from "../../../src/core/digest.ts";
import { buildImage, type BuiltImage } from "../../../src/container/build/native-builder.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { mountRepositories, mountSources } from "../../../src/container/publish/mount-sources.ts";
import { publishImage } from "../../../src/container/publish/publish-image.ts";
import { copyGraph } from "../../../src/oci/copy.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { isImageIndex, parseManifestOrIndex } from "../../../src/oci/parse-manifest.ts";
import { readContent } from "../../../src/oci/read-content.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import type { LockedBaseImage, MaterializedPackage } from "../../../src/project/materialized-project.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { clientOf } from "../../support/remote-subject.ts";
import { projectOf } from "../../unit/container/fixtures.ts";
import { addBase, addFile, addPackage, jsonBytes, jsonOf, newWorld } from "../../unit/container/world.ts";

const REPOSITORY = "acme/storefront";
let registry: LoopbackRegistry;
let fault: (request: RecordedRequest) => Fault | undefined = () => undefined;
beforeAll(async () => {
  registry = await startLoopbackRegistry({ fault: (request) => fault(request) });
});
afterEach(() => {
  fault = () => undefined;
});
afterAll(() => registry.close());

/** What a HEAD says of an index. */
/** What the registry answers when it is asked for an image's index that it was given. */
function afterPush({ root }: Pick<BuiltImage, "root">, answer: Fault): typeof fault {
  let pushed = false;
  return ({ method, path }) => {
    if (!path.endsWith(root.digest)) return undefined;
    pushed ||= method === "PUT";
    return pushed && method === "HEAD" ? answer : undefined;
  };
}

const head = (digest: string, size: number): Readonly<Record<string, string>> => ({
  "content-type": MEDIA_TYPE.imageIndex,
  "docker-content-digest": digest,
  "content-length": String(size),
});

const remoteStore = (repository: string, mountSources: readonly string[]): RemoteStore =>
  new RemoteStore(clientOf(registry.host), repository, { access: "push", mountSources });

/** Twenty packages and a base, all in the registry already. */
async function published() {
  const world = newWorld();
  const packages: MaterializedPackage[] = [];
  for (let index = 0; index < 20; index += 1) {
    const item = await addPackage(world.content, `pkg-${index}`);
    packages.push(item);
    if (item.archive.kind !== "neutral") continue;
    const { mediaType, digest, size } = item.archive.blob;
    await registry
      .repository(`vox/${item.name}`)
      .push({ mediaType, digest, size }, world.content.fetch({ mediaType, digest, size }));
  }
  const base = { ...(await addBase(world.base)), reference: `${registry.host}/base/node:22` };
  const root = await world.base.resolve("22");
  if (root) await copyGraph(world.base, registry.repository("base/node"), root);
  return { world, packages, base };
}

async function build(
  { world, packages, base }: Awaited<ReturnType<typeof published>>,
  text: string,
  revision = "a",
): Promise<BuiltImage> {
  const files = [addFile(world.content, "server.js", text)];
  const identity = { ...projectOf().identity, revision: revision.repeat(40), dirty: false };
  const project = projectOf({ packages, baseImages: [base], files, identity, intent: { baseImage: base.reference } });
  return buildImage(planImage(project, { voxVersion: "0.1.0" }), world.ports);
}

async function mounts(packages: readonly MaterializedPackage[], base: LockedBaseImage, baseLayers: readonly Digest[]) {
  const registries = new Map([["default", { host: registry.host, prefix: "vox" }]]);
  return mountSources({
    project: { packages },
    baseReference: base.reference,
    baseLayers,
    registries,
    host: registry.host,
    repository: REPOSITORY,
  });
}

/** The last layer of a manifest. */
async function applicationLayer({ reader }: BuiltImage, manifest: Descriptor): Promise<Descriptor> {
  const document = parseManifestOrIndex(await readContent(reader, manifest), manifest);
  const layer = isImageIndex(document) ? undefined : document.layers.at(-1);
  if (!layer) throw new Error(`${manifest.digest} has no layers`);
  return layer;
}

describe("publishing to a registry that holds the packages and the base", () => {
  it("mounts them and uploads only what is new; the next push asks for little", async () => {
    const state = await published();
    const image = await build(state, "one\n");
    const mountFrom = await mounts(state.packages, state.base, image.baseLayers);
    const store = (): RemoteStore => remoteStore(REPOSITORY, mountRepositories(mountFrom));
    const documents = new MemoryStore();
    const first = await publishImage(image, store(), { tags: ["production"], mountFrom, documents });
    expect(first.transfer).toMatchObject({ mounted: 22, blobs: 3 });
    expect(await registry.repository(REPOSITORY).resolve("production")).toMatchObject({ digest: image.root.digest });

    registry.requests.length = 0;
    const next = await build(state, "two\n");
    const second = await publishImage(next, store(), { tags: ["production"], mountFrom, documents });
    expect(second.transfer).toMatchObject({ mounted: 0, blobs: 3 });
    expect(registry.requests.length).toBeLessThanOrEqual(12);
    const layers = await Promise.all(next.platforms.map(({ manifest }) => applicationLayer(next, manifest)));
    const sentBytes = registry.requests.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
    expect(new Set(layers.map(({ digest }) => digest)).size).toBe(1);
    expect(sentBytes).toBeLessThanOrEqual((layers[0]?.size ?? 0) + 32 * 1024);

    registry.requests.length = 0;
    await publishImage(next, store(), { tags: ["production"], mountFrom, documents });
    expect(registry.requests.map((request) => request.method)).toEqual(["HEAD"]);
  });

  it("does nothing for a commit that changes nothing in the image, but for the tags that were asked for", async () => {
    const state = await published();
    const repository = "acme/unchanged";
    const store = (): RemoteStore => remoteStore(repository, []);
    const first = await build(state, "four\n", "a");
    expect(await publishImage(first, store(), { tags: ["production", "git-a"] })).toMatchObject({ changed: true });

    const second = await build(state, "four\n", "b");
    expect(second.root.digest).not.toBe(first.root.digest);
    registry.requests.length = 0;
    const options = { tags: ["production", "git-b", "asked"], askedTags: ["asked"] };
    expect(await publishImage(second, store(), options)).toEqual({
      digest: first.root.digest,
      changed: false,
      transfer: { bytes: 0, blobs: 0, mounted: 0, skipped: 0 },
    });
    const written = registry.requests.filter(({ method }) => method !== "GET" && method !== "HEAD");
    expect(written.map(({ method, path }) => `${method} ${path}`)).toEqual([`PUT /v2/${repository}/manifests/asked`]);
    expect(await registry.repository(repository).resolve("asked")).toMatchObject({ digest: first.root.digest });
    expect(await registry.repository(repository).resolve("git-b")).toBeUndefined();

    registry.requests.length = 0;
    await publishImage(second, store(), options);
    expect(registry.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  it.each([
    ["another platform in front", (manifests: unknown[]) => [...manifests].reverse()],
    ["one platform less", (manifests: unknown[]) => manifests.slice(1)],
  ])("does not take an index with %s for the same image", async (_name, change) => {
    const state = await published();
    const repository = "acme/other-index";
    const image = await build(state, "five\n");
    await publishImage(image, remoteStore(repository, []), { tags: ["production"] });
    const index = await jsonOf(image.reader, image.root);
    const stored = registry.repository(repository);
    await stored.tag(
      stored.add(jsonBytes({ ...index, manifests: change(index.manifests) }), image.root.mediaType),
      "production",
    );
    const again = await publishImage(image, remoteStore(repository, []), { tags: ["production"] });
    expect(again).toMatchObject({ digest: image.root.digest, changed: true });
    expect(await stored.resolve("production")).toMatchObject({ digest: image.root.digest });
  });

  it("sets no tag anew that names the image already", async () => {
    const state = await published();
    const image = await build(state, "four\n");
    const store = (): RemoteStore => remoteStore("acme/tagged", []);
    await publishImage(image, store(), { tags: ["production", "git-0123456789ab"] });
    registry.requests.length = 0;
    await publishImage(image, store(), { tags: ["production", "git-0123456789ab", "latest"] });
    const asked = registry.requests.map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf("/") + 1)}`);
    expect(asked).toEqual([
      "HEAD production",
      "HEAD git-0123456789ab",
      "HEAD latest",
      `GET ${image.root.digest}`,
      "PUT latest",
    ]);
  });

  it.each<[string, Fault, string]>([
    ["does not have", { kind: "status", status: 404 }, "CONTENT_MISSING"],
    ["calls otherwise", { kind: "status", status: 200, headers: head(`sha256:${"0".repeat(64)}`, 100) }, "CONTENT_MISMATCH"],
  ])("tags no image that the registry %s", async (_, wrong, code) => {
    const state = await published();
    const image = await build(state, "five\n");
    fault = afterPush(image, wrong);
    const store = remoteStore(`acme/lost-${code.toLowerCase()}`, []);
    await expect(publishImage(image, store, { tags: ["production"] })).rejects.toMatchObject({ code });
    fault = () => undefined;
    expect(await store.resolve("production")).toBeUndefined();
  });

  it("tags no image that the registry says to be of another size", async () => {
    const state = await published();
    const image = await build(state, "six\n");
    const longer = head(image.root.digest, image.root.size + 1);
    fault = afterPush(image, { kind: "status", status: 200, headers: longer });
    const publication = publishImage(image, remoteStore("acme/longer", []), { tags: ["production"] });
    await expect(publication).rejects.toMatchObject({ code: "CONTENT_MISSING", exitCode: 69 });
  });

  it("uploads what the registry will not mount", async () => {
    const state = await published();
    const image = await build(state, "three\n");
    const mountFrom = await mounts(state.packages, state.base, []);
    const lying = new Map([...mountFrom].map(([digest]) => [digest, "nobody/has-it"]));
    const repository = "acme/other";
    const { transfer } = await publishImage(image, remoteStore(repository, mountRepositories(lying)), {
      tags: ["production"],
      mountFrom: lying,
    });
    expect(transfer).toMatchObject({ mounted: 0, blobs: 25 });
  });
});

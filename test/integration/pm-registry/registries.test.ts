import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import { type PackageName, parsePackageName } from "../../../src/core/package-name.ts";
import type { Repository } from "../../../src/oci/content-store.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { fetchBlobs } from "../../../src/pm/fetch/fetch-blobs.ts";
import { fetchPlan } from "../../../src/pm/fetch/fetch-plan.ts";
import { blobOf } from "../../../src/pm/materialize/closure.ts";
import { PackageRegistry } from "../../../src/pm/registry/package-registry.ts";
import { publishPackage, publishYank } from "../../../src/pm/registry/publish.ts";
import { piecesOf, pushAll, referrerTo } from "../../support/oci-graph.ts";
import { startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { cacheOf, MemoryCache, testPackage } from "../../support/published-package.ts";
import { clientOf } from "../../support/remote-subject.ts";

interface Subject extends AsyncDisposable {
  repositoryFor(name: PackageName): Repository;
}

const SUBJECTS: readonly (readonly [string, () => Promise<Subject>])[] = [
  ["memory", memorySubject],
  ["a folder of layouts", layoutSubject],
  ["an OCI registry", () => remoteSubject()],
  ["an OCI registry that lists tags two at a time", () => remoteSubject(2)],
];

const ROUTER = parsePackageName("http-router");

describe.each(SUBJECTS)("a package registry in %s", (_, open) => {
  let subject: Subject;
  let registry: PackageRegistry;

  beforeAll(async () => {
    subject = await open();
    registry = new PackageRegistry({ name: "default", repositoryFor: (name) => subject.repositoryFor(name) });
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it("has no versions of a package that nobody published", async () => {
    expect(await registry.versions(parsePackageName("nobody"))).toEqual([]);
    expect(await registry.release(parsePackageName("nobody"), "1.0.0")).toBeUndefined();
  });

  it("takes what is attached to a version for no version, and leaves the version as it is", async () => {
    const name = parsePackageName("attached");
    const repository = subject.repositoryFor(name);
    const made = await testPackage("attached", { version: "1.0.0" });
    const root = await publishPackage(repository, made.artifact, cacheOf(made));
    const note = referrerTo(root, "note", { artifactType: "application/vnd.example.note.v1" });
    await pushAll(repository, piecesOf(note));
    await repository.attach([note.manifest.descriptor]);
    expect((await registry.versions(name)).map(({ version }) => version)).toEqual(["1.0.0"]);
    expect((await registry.release(name, "1.0.0"))?.root.digest).toBe(root.digest);
    expect(await repository.referrers(root.digest)).toMatchObject([{ digest: note.manifest.descriptor.digest }]);
  });

  it("gives back what was published, named by digest", async () => {
    const made = await testPackage("http-router", {
      version: "1.0.0",
      dependencies: ["tokenizer"],
      facts: { created: "2026-01-02T03:04:05Z" },
    });
    await publishPackage(subject.repositoryFor(ROUTER), made.artifact, cacheOf(made));
    const release = await registry.release(ROUTER, "1.0.0");
    const { digest, diffId, mediaType, size } = made.entry;
    expect(release).toMatchObject({
      name: "http-router",
      version: "1.0.0",
      kind: "library",
      metadata: made.metadata,
      created: "2026-01-02T03:04:05Z",
      archives: {
        kind: "neutral",
        archive: { manifest: made.artifact.root.descriptor.digest, digest, diffId, mediaType, size },
      },
    });
    const bytes = await collectBytes(subject.repositoryFor(ROUTER).fetch(blobOf(made.entry)), { maxBytes: 1e7, what: "it" });
    expect(Buffer.from(bytes).equals(made.archive)).toBe(true);
  });

  it("lists versions lowest first with their yank marks, which can be undone", async () => {
    for (const version of ["1.10.0", "1.2.0", "1.2.0-rc.1", "2.0.0+b.1"]) {
      const made = await testPackage("http-router", { version });
      await publishPackage(subject.repositoryFor(ROUTER), made.artifact, cacheOf(made));
    }
    await publishYank(subject.repositoryFor(ROUTER), "1.2.0", { yanked: true, reason: "leaks" });
    await publishYank(subject.repositoryFor(ROUTER), "2.0.0+b.1", { yanked: true });
    await publishYank(subject.repositoryFor(ROUTER), "2.0.0+b.1", { yanked: false });
    expect(await registry.versions(ROUTER)).toEqual([
      { version: "1.0.0", tag: "1.0.0", yanked: false },
      { version: "1.2.0-rc.1", tag: "1.2.0-rc.1", yanked: false },
      { version: "1.2.0", tag: "1.2.0", yanked: true },
      { version: "1.10.0", tag: "1.10.0", yanked: false },
      { version: "2.0.0+b.1", tag: "2.0.0_b.1", yanked: false },
    ]);
    expect(await registry.yankState(ROUTER, "1.2.0")).toEqual({ yanked: true, reason: "leaks" });
  });

  it("refuses a version that is there", async () => {
    const again = await testPackage("http-router", { version: "2.0.0", files: { "new.js": "new" } });
    await expect(publishPackage(subject.repositoryFor(ROUTER), again.artifact, cacheOf(again))).rejects.toMatchObject({
      code: "VERSION_EXISTS",
    });
  });

  it("hands the locked blob to a fetch", async () => {
    const release = await registry.release(ROUTER, "1.2.0");
    if (!release) throw new Error("it was published");
    const plan = fetchPlan([
      { name: ROUTER, version: "1.2.0", source: { kind: "registry", registry: "default", archives: release.archives } },
    ]);
    const cache = new MemoryCache();
    const repositoryFor = (_registry: string, name: PackageName) => subject.repositoryFor(name);
    expect((await fetchBlobs(plan, { cache, repositoryFor })).fetched).toBe(1);
    expect((await fetchBlobs(plan, { cache, repositoryFor })).fetched).toBe(0);
  });
});

describe("what goes over the wire", () => {
  it("is one GET of the blob and nothing else when a locked package is fetched", async () => {
    await using server = await startLoopbackRegistry();
    const made = await testPackage("http-router");
    await publishPackage(server.repository("vox/http-router"), made.artifact, cacheOf(made));
    const repository = new RemoteStore(clientOf(server.host), "vox/http-router");
    const archive = { ...made.entry, manifest: made.artifact.root.descriptor.digest };
    const item = { name: ROUTER, version: "1.0.0", registry: "default", archive };
    await fetchBlobs({ items: [item] }, { cache: new MemoryCache(), repositoryFor: () => repository });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v2/vox/http-router/blobs/${made.entry.digest}`,
    ]);
  });

  it("is refused when a bit of it was turned, and nothing is kept", async () => {
    await using server = await startLoopbackRegistry({
      fault: ({ path }) => (path.includes("/blobs/") ? { kind: "corrupt" } : undefined),
    });
    const made = await testPackage("http-router");
    await publishPackage(server.repository("vox/http-router"), made.artifact, cacheOf(made));
    const repository = new RemoteStore(clientOf(server.host), "vox/http-router");
    const cache = new MemoryCache();
    const archive = { ...made.entry, manifest: made.artifact.root.descriptor.digest };
    const item = { name: ROUTER, version: "1.0.0", registry: "default", archive };
    await expect(fetchBlobs({ items: [item] }, { cache, repositoryFor: () => repository })).rejects.toMatchObject({
      code: "CONTENT_MISMATCH",
    });
    expect(cache.digests).toEqual([]);
  });

  it("tells a registry that is broken from a package that is not there", async () => {
    await using server = await startLoopbackRegistry({ fault: () => ({ kind: "status", status: 500 }) });
    const registry = new PackageRegistry({
      name: "default",
      repositoryFor: (name) => new RemoteStore(clientOf(server.host), `vox/${name}`),
    });
    await expect(registry.versions(ROUTER)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", exitCode: 69 });
  });

  it.each([401, 403])("is REGISTRY_DENIED, exit 77, when a registry answers %i", async (status) => {
    await using server = await startLoopbackRegistry({ fault: () => ({ kind: "status", status }) });
    const registry = new PackageRegistry({
      name: "default",
      repositoryFor: (name) => new RemoteStore(clientOf(server.host), `vox/${name}`),
    });
    await expect(registry.versions(ROUTER)).rejects.toMatchObject({ code: "REGISTRY_DENIED", exitCode: 77 });
  });
});

describe("a folder as a registry", () => {
  it("holds an image layout for each package, the tag in `org.opencontainers.image.ref.name`", async () => {
    const dir = await mkdtemp(join(tmpdir(), "vox-registry-"));
    try {
      const made = await testPackage("http-router", { version: "1.0.0+b" });
      await publishPackage(new FsLayoutStore(join(dir, "http-router")), made.artifact, cacheOf(made));
      expect((await readdir(join(dir, "http-router"))).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
      const index = JSON.parse(await readFile(join(dir, "http-router", "index.json"), "utf8"));
      expect(index.manifests).toHaveLength(1);
      expect(index.manifests[0]).toMatchObject({
        digest: made.artifact.root.descriptor.digest,
        annotations: { "org.opencontainers.image.ref.name": "1.0.0_b" },
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it("keeps every version when several publish at once", async () => {
    const dir = await mkdtemp(join(tmpdir(), "vox-registry-"));
    try {
      const versions = Array.from({ length: 8 }, (_, index) => `1.${index}.0`);
      await Promise.all(
        versions.map(async (version) => {
          const made = await testPackage("http-router", { version });
          await publishPackage(new FsLayoutStore(join(dir, "http-router")), made.artifact, cacheOf(made));
        }),
      );
      const registry = new PackageRegistry({ name: "default", repositoryFor: (name) => new FsLayoutStore(join(dir, name)) });
      expect((await registry.versions(ROUTER)).map((entry) => entry.version)).toEqual(versions);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

async function memorySubject(): Promise<Subject> {
  const stores = new Map<PackageName, MemoryStore>();
  const repositoryFor = (name: PackageName): MemoryStore => {
    const store = stores.get(name) ?? new MemoryStore();
    stores.set(name, store);
    return store;
  };
  return { repositoryFor, [Symbol.asyncDispose]: async () => undefined };
}

async function layoutSubject(): Promise<Subject> {
  const dir = await mkdtemp(join(tmpdir(), "vox-registry-"));
  return {
    repositoryFor: (name) => new FsLayoutStore(join(dir, name)),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  };
}

async function remoteSubject(tagPageSize?: number): Promise<Subject> {
  const server = await startLoopbackRegistry(tagPageSize === undefined ? {} : { tagPageSize });
  const client = clientOf(server.host);
  return {
    repositoryFor: (name) => new RemoteStore(client, `acme/vox/${name}`, { access: "push" }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

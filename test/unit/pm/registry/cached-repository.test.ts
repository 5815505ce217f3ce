import { describe, expect, it } from "vitest";
import type { Digest } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { MemoryStore } from "../../../../src/oci/memory-store.ts";
import { cachedRepository, type MetadataCache, offlineRepository } from "../../../../src/pm/registry/cached-repository.ts";
import { PackageRegistry, type PackageRepository } from "../../../../src/pm/registry/package-registry.ts";
import { publishPackage, publishYank } from "../../../../src/pm/registry/publish.ts";
import { cacheOf, flipped, testPackage } from "../../../support/published-package.ts";

const ROUTER = parsePackageName("http-router");
const KEY = "oci://registry.example/vox/http-router";

class MapCache implements MetadataCache {
  readonly documents = new Map<Digest, Uint8Array>();
  readonly facts = new Map<string, string>();
  async document(digest: Digest) {
    return this.documents.get(digest);
  }
  async keepDocument(digest: Digest, bytes: Uint8Array) {
    this.documents.set(digest, bytes);
  }
  async fact(key: string) {
    return this.facts.get(key);
  }
  async keepFact(key: string, text: string) {
    this.facts.set(key, text);
  }
}

class CountingStore extends MemoryStore {
  fetches = 0;
  override fetch(...given: Parameters<MemoryStore["fetch"]>) {
    this.fetches += 1;
    return super.fetch(...given);
  }
}

const registryOf = (repository: PackageRepository) => new PackageRegistry({ name: "default", repositoryFor: () => repository });

async function published() {
  const made = await testPackage("http-router");
  const store = new CountingStore();
  await publishPackage(store, made.artifact, cacheOf(made));
  return { store, cache: new MapCache(), made };
}

describe("cached metadata", () => {
  it("spares the second request for a document", async () => {
    const { store, cache } = await published();
    const registry = registryOf(cachedRepository(store, KEY, cache));
    const first = await registry.release(ROUTER, "1.0.0");
    const fetches = store.fetches;
    expect(await registry.release(ROUTER, "1.0.0")).toEqual(first);
    expect(store.fetches).toBe(fetches);
  });

  it("is asked for again when a document in it was changed", async () => {
    const { store, cache } = await published();
    const registry = registryOf(cachedRepository(store, KEY, cache));
    const first = await registry.release(ROUTER, "1.0.0");
    for (const [digest, bytes] of cache.documents) cache.documents.set(digest, flipped(bytes, 3));
    expect(await registry.release(ROUTER, "1.0.0")).toEqual(first);
  });

  it("answers offline what was asked before, yanks and absence included", async () => {
    const { store, cache } = await published();
    await publishYank(store, "1.0.0", { yanked: true });
    const online = registryOf(cachedRepository(store, KEY, cache));
    const answers = [
      await online.versions(ROUTER),
      await online.release(ROUTER, "1.0.0"),
      await online.release(ROUTER, "9.0.0"),
    ];
    const offline = registryOf(offlineRepository(KEY, cache));
    expect([
      await offline.versions(ROUTER),
      await offline.release(ROUTER, "1.0.0"),
      await offline.release(ROUTER, "9.0.0"),
    ]).toEqual(answers);
    expect(answers[2]).toBeUndefined();
  });

  it("proves that a registry had no such package", async () => {
    const cache = new MapCache();
    await registryOf(cachedRepository(new MemoryStore(), KEY, cache)).versions(ROUTER);
    expect(await registryOf(offlineRepository(KEY, cache)).versions(ROUTER)).toEqual([]);
  });

  it("does not answer offline what was never asked", async () => {
    const { store, cache } = await published();
    const offline = registryOf(offlineRepository(KEY, cache));
    await expect(offline.versions(ROUTER)).rejects.toMatchObject({ code: "OFFLINE_UNPROVABLE" });
    await expect(offline.release(ROUTER, "1.0.0")).rejects.toMatchObject({ code: "OFFLINE_UNPROVABLE" });
    await registryOf(cachedRepository(store, KEY, cache)).release(ROUTER, "1.0.0");
    cache.documents.clear();
    await expect(offline.release(ROUTER, "1.0.0")).rejects.toMatchObject({ code: "OFFLINE_UNPROVABLE" });
  });

  it("does not answer offline from a note that was spoilt", async () => {
    const { store, cache } = await published();
    await registryOf(cachedRepository(store, KEY, cache)).versions(ROUTER);
    for (const key of cache.facts.keys()) cache.facts.set(key, "[");
    await expect(registryOf(offlineRepository(KEY, cache)).versions(ROUTER)).rejects.toMatchObject({
      code: "OFFLINE_UNPROVABLE",
    });
  });
});

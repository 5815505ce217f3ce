import { describe, expect, it } from "vitest";
import type { VoxEvent } from "../../../../src/core/events.ts";
import { digestOf } from "../../../../src/core/digest.ts";
import { MemoryStore } from "../../../../src/oci/memory-store.ts";
import { blobOf } from "../../../../src/pm/materialize/closure.ts";
import { fetchBlobs } from "../../../../src/pm/fetch/fetch-blobs.ts";
import type { FetchPlan } from "../../../../src/pm/fetch/fetch-plan.ts";
import { cacheOf, flipped, MemoryCache, type TestPackage, testPackage } from "../../../support/published-package.ts";

const planOf = (...packages: readonly TestPackage[]): FetchPlan => ({
  items: packages.map(({ entry }) => ({
    name: entry.name,
    version: entry.version,
    registry: "corp",
    archive: { ...entry, manifest: digestOf("manifest") },
  })),
});

describe("fetching", () => {
  it("brings what is missing and asks for nothing else", async () => {
    const [held, missing] = [await testPackage("held"), await testPackage("missing")];
    const cache = cacheOf(held);
    const asked: string[] = [];
    const events: VoxEvent[] = [];
    const repositoryFor = (registry: string, name: string) => {
      asked.push(`${registry}/${name}`);
      return cacheOf(missing);
    };
    const result = await fetchBlobs(planOf(held, missing), { cache, repositoryFor, onEvent: (event) => events.push(event) });
    expect(result).toEqual({ fetched: 1, bytes: missing.entry.size });
    expect(asked).toEqual(["corp/missing"]);
    expect(await cache.exists(blobOf(missing.entry))).toBe(true);
    expect(events).toEqual([
      { kind: "blob-fetched", digest: missing.entry.digest, bytes: missing.entry.size, what: "missing@1.0.0" },
    ]);
  });

  it("says CONTENT_MISSING, exit 69, with package, version, digest and registry when the blob is nowhere", async () => {
    const made = await testPackage("gone", { version: "2.1.0" });
    const fetching = fetchBlobs(planOf(made), { cache: new MemoryCache(), repositoryFor: () => new MemoryStore() });
    await expect(fetching).rejects.toMatchObject({ code: "CONTENT_MISSING", exitCode: 69 });
    for (const word of ["gone@2.1.0", made.entry.digest, "`corp`"]) await expect(fetching).rejects.toThrow(word);
  });

  it.each([
    ["other bytes", (bytes: Uint8Array) => flipped(bytes, 20)],
    ["too few bytes", (bytes: Uint8Array) => bytes.subarray(1)],
    ["too many bytes", (bytes: Uint8Array) => Buffer.concat([bytes, Uint8Array.of(0)])],
  ])("refuses %s from a registry, and keeps nothing", async (_, spoil) => {
    const made = await testPackage("spoilt");
    const cache = new MemoryCache();
    const liar = {
      exists: async () => true,
      fetch: async function* () {
        yield spoil(made.archive);
      },
    };
    await expect(fetchBlobs(planOf(made), { cache, repositoryFor: () => liar })).rejects.toMatchObject({
      code: "CONTENT_MISMATCH",
      exitCode: 65,
      message: expect.stringContaining("`spoilt@1.0.0`"),
    });
    expect(cache.digests).toEqual([]);
  });

  it("offline asks nobody, and fails when the cache lacks something", async () => {
    const made = await testPackage("far");
    const repositoryFor = () => {
      throw new Error("offline means offline");
    };
    expect(await fetchBlobs(planOf(made), { cache: cacheOf(made), repositoryFor, offline: true })).toEqual({
      fetched: 0,
      bytes: 0,
    });
    await expect(fetchBlobs(planOf(made), { cache: new MemoryCache(), repositoryFor, offline: true })).rejects.toMatchObject({
      code: "OFFLINE_UNPROVABLE",
      exitCode: 69,
    });
  });

  it("keeps to its bound of fetches at a time", async () => {
    const packages = await Promise.all(Array.from({ length: 9 }, (_, index) => testPackage(`p${index}`)));
    const all = cacheOf(...packages);
    let running = 0;
    let most = 0;
    const repository = {
      exists: async () => true,
      fetch: async function* (descriptor: Parameters<MemoryStore["fetch"]>[0]) {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
        yield* all.fetch(descriptor);
        running -= 1;
      },
    };
    await fetchBlobs(planOf(...packages), { cache: new MemoryCache(), repositoryFor: () => repository, concurrency: 3 });
    expect(most).toBe(3);
  });
});

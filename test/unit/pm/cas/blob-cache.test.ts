import { describe, expect, it } from "vitest";
import { collectBytes, streamOf, verifying } from "../../../../src/core/byte-stream.ts";
import { blobCache } from "../../../../src/pm/cas/blob-cache.ts";
import { blobOf } from "../../../../src/pm/materialize/closure.ts";
import { cacheOf, MemoryCache, testPackage } from "../../../support/published-package.ts";

const LIMIT = { maxBytes: 1e6, what: "a blob" };

describe("the cache", () => {
  it("gives what it was given", async () => {
    const made = await testPackage("a");
    const cache = blobCache(cacheOf(made));
    expect(await collectBytes(cache.fetch(blobOf(made.entry)), LIMIT)).toEqual(made.archive);
  });

  it("throws out a blob that was changed and says CACHE_CORRUPT with its digest", async () => {
    const { entry, archive } = await testPackage("a");
    const evicted: string[] = [];
    const cache = blobCache({
      exists: async () => true,
      push: async () => undefined,
      evict: async (digest) => void evicted.push(digest),
      fetch: async function* (descriptor) {
        yield* verifying(streamOf(archive.map((byte) => byte ^ 1)), descriptor);
      },
    });
    await expect(collectBytes(cache.fetch(blobOf(entry)), LIMIT)).rejects.toMatchObject({
      code: "CACHE_CORRUPT",
      exitCode: 65,
      message: expect.stringContaining(entry.digest),
    });
    expect(evicted).toEqual([entry.digest]);
  });

  it("says CONTENT_MISSING of what it never had", async () => {
    const { entry } = await testPackage("a");
    await expect(collectBytes(blobCache(new MemoryCache()).fetch(blobOf(entry)), LIMIT)).rejects.toMatchObject({
      code: "CONTENT_MISSING",
    });
  });
});

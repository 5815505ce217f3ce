import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { FsMetadataCache } from "../../../src/pm/cas/fs-metadata-cache.ts";

describe("the metadata cache on disk", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "vox-cache-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("gives back documents and facts, from another process too", async () => {
    const bytes = new TextEncoder().encode("{}");
    const cache = new FsMetadataCache(dir);
    await cache.keepDocument(digestOf(bytes), bytes);
    await cache.keepFact("tags oci://h/a", '["1.0.0"]');
    const other = new FsMetadataCache(dir);
    expect(Buffer.from((await other.document(digestOf(bytes))) ?? []).toString()).toBe("{}");
    expect(await other.fact("tags oci://h/a")).toBe('["1.0.0"]');
  });

  it("knows nothing that it was not told", async () => {
    const cache = new FsMetadataCache(dir);
    expect(await cache.document(digestOf("x"))).toBeUndefined();
    expect(await cache.fact("tags oci://h/b")).toBeUndefined();
  });

  it("keeps the last of several answers, whole, and leaves nothing beside", async () => {
    const cache = new FsMetadataCache(dir);
    const long = "x".repeat(100_000);
    await Promise.all(Array.from({ length: 20 }, (_, index) => cache.keepFact("tags oci://h/a", `${index}${long}`)));
    expect(await cache.fact("tags oci://h/a")).toMatch(/^\d+x{100000}$/);
    const names = await readdir(dir, { recursive: true });
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("says CANNOT_WRITE, exit 73, when it cannot", async () => {
    await writeFile(join(dir, "metadata"), "a file");
    await expect(new FsMetadataCache(dir).keepFact("k", "v")).rejects.toMatchObject({ code: "CANNOT_WRITE", exitCode: 73 });
  });
});

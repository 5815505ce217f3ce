import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectBytes, streamOf } from "../../../src/core/byte-stream.ts";
import { FsBlobDirectory } from "../../../src/oci/fs-blob-directory.ts";
import { piece } from "../../support/oci-graph.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-blobs-"));
});
afterEach(() => rm(folder, { recursive: true }));

const { descriptor, bytes } = piece(Buffer.alloc(700_000, "blob"));
const LIMIT = { maxBytes: 1_000_000, what: "content" };

/** A blob whose content was changed behind the directory's back, its size kept. */
async function damage(directory: FsBlobDirectory): Promise<void> {
  await directory.push(descriptor, streamOf(bytes));
  await chmod(directory.path(descriptor.digest), 0o644);
  await writeFile(directory.path(descriptor.digest), Buffer.alloc(bytes.byteLength, "other"));
}

describe("a directory of blobs", () => {
  it("takes in content under the digest that it turns out to have", async () => {
    const directory = new FsBlobDirectory(folder);
    expect(await directory.ingest(streamOf(bytes))).toEqual({ digest: descriptor.digest, size: bytes.byteLength });
    expect(await directory.sizeOf(descriptor.digest)).toBe(bytes.byteLength);
    expect((await stat(directory.path(descriptor.digest))).mode & 0o777).toBe(0o444);
  });

  it("takes the same blob from writers at one time", async () => {
    const directories = Array.from({ length: 6 }, () => new FsBlobDirectory(folder));
    await Promise.all(directories.map((directory) => directory.push(descriptor, streamOf(bytes))));
    expect(await readdir(folder)).toEqual(["blobs"]);
  });

  it("never gives out content that was changed, and keeps it unless told otherwise", async () => {
    const directory = new FsBlobDirectory(folder);
    await damage(directory);
    await expect(collectBytes(directory.fetch(descriptor), LIMIT)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(await directory.exists(descriptor)).toBe(true);
  });

  it("evicts content that was changed when it is a cache, and is mended by the next push", async () => {
    const directory = new FsBlobDirectory(folder, { onCorrupt: "evict" });
    await damage(directory);
    await expect(collectBytes(directory.fetch(descriptor), LIMIT)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(await directory.exists(descriptor)).toBe(false);
    await directory.push(descriptor, streamOf(bytes));
    expect(await collectBytes(directory.fetch(descriptor), LIMIT)).toHaveLength(bytes.byteLength);
  });

  it("is mended by a push over content of another size", async () => {
    const directory = new FsBlobDirectory(folder);
    await damage(directory);
    await writeFile(directory.path(descriptor.digest), "short");
    expect(await directory.exists(descriptor)).toBe(false);
    await directory.push(descriptor, streamOf(bytes));
    expect(await directory.exists(descriptor)).toBe(true);
  });

  it("lists its blobs and nothing else, and forgets those it is told to", async () => {
    const directory = new FsBlobDirectory(folder);
    expect(await directory.list()).toEqual([]);
    await directory.push(descriptor, streamOf(bytes));
    await writeFile(join(folder, "blobs", "sha256", "README"), "");
    expect(await directory.list()).toMatchObject([{ digest: descriptor.digest, size: bytes.byteLength }]);
    await directory.evict(descriptor.digest);
    await directory.evict(descriptor.digest);
    expect(await directory.list()).toEqual([]);
  });

  it("removes what killed writers left, once it is old", async () => {
    const directory = new FsBlobDirectory(folder);
    const names = ["old", "new"].map((_, index) => `.vox-00000000-0000-0000-0000-00000000000${index}.partial`);
    for (const name of [...names, "mine.partial"]) await writeFile(join(folder, name), "");
    await utimes(join(folder, names[0] ?? ""), 1_000, 1_000);
    await utimes(join(folder, "mine.partial"), 1_000, 1_000);
    await directory.removeAbandoned(2_000_000);
    expect((await readdir(folder)).sort()).toEqual([names[1], "mine.partial"]);
  });

  it("leaves nothing behind when it is told to stop", async () => {
    const controller = new AbortController();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 1000);
      controller.abort(new Error("enough"));
      yield bytes.subarray(1000);
    }
    const pushed = new FsBlobDirectory(folder).push(descriptor, slow(), { signal: controller.signal });
    await expect(pushed).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual(["blobs"]);
    expect(await readdir(join(folder, "blobs", "sha256"))).toEqual([]);
  });
});

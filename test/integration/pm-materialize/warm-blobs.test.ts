import { chmod, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { VoxError } from "../../../src/errors/vox-error.ts";
import { type ArchivedPackage, blobOf } from "../../../src/pm/materialize/closure.ts";
import { flipped, type TestPackage, testPackage } from "../../support/published-package.ts";
import { type Workshop, workshop } from "./workshop.ts";

let router: TestPackage;
let shop: Workshop;

beforeAll(async () => {
  router = await testPackage("http-router", { version: "2.3.1", files: { "index.js": "export {}\n" } });
});
beforeEach(async () => {
  shop = await workshop(router);
  await sync();
});
afterEach(() => shop[Symbol.asyncDispose]());

const sync = (more = {}) => shop.materializer.materialize(shop.request([router], more));
const blobPath = (): string => shop.blobDirectory.path(router.entry.digest);
const warnings = () => shop.events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));
const restored = async (): Promise<boolean> => digestOf(await readFile(blobPath())) === router.entry.digest;

/** Turns one bit and leaves size and mtime as they were. */
async function flip(): Promise<void> {
  const { atime, mtime } = await stat(blobPath());
  await chmod(blobPath(), 0o644);
  await writeFile(blobPath(), flipped(router.archive, 40));
  await utimes(blobPath(), atime, mtime);
  await chmod(blobPath(), 0o444);
}

const refetch = (entry: ArchivedPackage): Promise<void> => shop.blobs.push(blobOf(entry), streamOf(router.archive));

describe("the blob of a closure that is unpacked already", () => {
  it("is fetched anew when it was changed, and named, though nothing reads it", async () => {
    await flip();
    await sync({ refetch });
    expect(warnings()).toEqual([
      "the cached archive of `http-router@2.3.1` was changed after it was verified and is fetched anew",
    ]);
    expect(await restored()).toBe(true);
  });

  it("is thrown out when it cannot be fetched; the proved files stay in use", async () => {
    await flip();
    const result = await sync({ refetch: () => Promise.reject(new VoxError("CONTENT_MISSING", "gone")) });
    expect(result.verified).toBe(1);
    expect(warnings()).toEqual([
      "the cached archive of `http-router@2.3.1` was changed after it was verified and is thrown out",
    ]);
    await expect(stat(blobPath())).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("may be absent: the registry has it", async () => {
    await rm(blobPath(), { force: true });
    await sync({ refetch });
    expect(warnings()).toEqual([]);
  });

  it("is told once, and is believed again afterwards", async () => {
    await flip();
    await sync({ refetch });
    await sync({ refetch });
    expect(warnings()).toHaveLength(1);
  });

  it("is hashed again where the record of it is gone or broken", async () => {
    await flip();
    await writeFile(join(shop.modulesOf([router]), "../blobs"), "sha256:nonsense 1 2 3\n");
    await sync({ refetch });
    expect(await restored()).toBe(true);
  });
});

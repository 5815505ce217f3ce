import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { copyGraph } from "../../../src/oci/copy.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { digestsReachableFrom } from "../../../src/oci/graph.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { imageOf, indexOf, piecesOf, pushAll } from "../../support/oci-graph.ts";

const SKOPEO = "/usr/bin/skopeo";
const run = promisify(execFile);

function hasSkopeo(): boolean {
  if (existsSync(SKOPEO)) return true;
  if (process.env["VOX_REQUIRE_SERVICES"] === "1") throw new Error(`${SKOPEO} is required and missing`);
  console.log(`skipped: ${SKOPEO} is not installed`);
  return false;
}

describe.skipIf(!hasSkopeo())("skopeo, which knows nothing of vox,", () => {
  let folder: string;
  let registry: LoopbackRegistry;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vox-skopeo-"));
    registry = await startLoopbackRegistry();
  });
  afterEach(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  const image = imageOf("a", [gzipSync(Buffer.alloc(10_240))]);
  const index = indexOf([image.manifest]);
  const copy = (from: string, to: string): Promise<unknown> =>
    run(SKOPEO, [
      "--insecure-policy",
      "copy",
      "--all",
      "--preserve-digests",
      "--src-tls-verify=false",
      "--dest-tls-verify=false",
      from,
      to,
    ]);

  it("reads a layout of ours and pushes it, and the same graph arrives", async () => {
    const layout = new FsLayoutStore(join(folder, "layout"));
    await pushAll(layout, [...piecesOf(image), index]);
    await layout.tag(index.descriptor, "v1");
    const raw = await run(SKOPEO, ["inspect", "--raw", `oci:${join(folder, "layout")}:v1`], { encoding: "buffer" });
    expect(digestOf(raw.stdout)).toBe(index.descriptor.digest);
    await copy(`oci:${join(folder, "layout")}:v1`, `docker://${registry.host}/acme/app:v1`);
    expect(await registry.repository("acme/app").resolve("v1")).toEqual(index.descriptor);
    expect((await digestsReachableFrom(registry.repository("acme/app"), index.descriptor)).size).toBe(4);
  });

  it("writes a layout that we read whole", async () => {
    await pushAll(registry.repository("acme/app"), [...piecesOf(image), index]);
    await registry.repository("acme/app").tag(index.descriptor, "v1");
    await copy(`docker://${registry.host}/acme/app:v1`, `oci:${join(folder, "theirs")}:v1`);
    const layout = new FsLayoutStore(join(folder, "theirs"));
    const root = await layout.resolve("v1");
    expect(root).toMatchObject(index.descriptor);
    const to = new MemoryStore();
    await copyGraph(layout, to, root ?? index.descriptor);
    expect(to.digests).toHaveLength(4);
  });
});

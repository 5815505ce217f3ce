import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyGraph } from "../../../src/oci/copy.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { describeRepositoryContract } from "../../support/content-store-contract.ts";
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from "../../support/docker-registry.ts";
import { imageOf, indexOf, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

describe.skipIf(!hasDockerRegistry())("the distribution's own registry", () => {
  let registry: DockerRegistry;
  let opened = 0;

  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.close());

  const open = (name = `repository-${(opened += 1)}`): RemoteStore =>
    new RemoteStore(clientOf(registry.host), name, { access: "push" });

  describeRepositoryContract("its repositories", { open: async () => open() });

  it("takes an index, mounts what another repository has, and skips what is there", async () => {
    const [image, other] = [imageOf("a", [Buffer.alloc(2_000_000, "shared"), "own"]), imageOf("b", ["shared too"])];
    const index = indexOf([image.manifest, other.manifest]);
    const source = new MemoryStore();
    await pushAll(source, [...piecesOf(image), ...piecesOf(other), index]);
    const first = await copyGraph(source, open("acme/first"), index.descriptor);
    expect(first).toMatchObject({ blobs: 5, mounted: 0, skipped: 0 });
    const mountFrom = (): readonly string[] => ["acme/nowhere", "acme/first"];
    const second = await copyGraph(source, open("acme/second"), index.descriptor, { mountFrom });
    expect(second).toMatchObject({ blobs: 0, mounted: 5 });
    expect(await copyGraph(source, open("acme/second"), index.descriptor)).toMatchObject({ bytes: 0, blobs: 0, skipped: 1 });
  });

  it("refuses an index whose manifest it lacks, which is told as missing content", async () => {
    const image = imageOf("a", ["layer"]);
    const index = indexOf([image.manifest]);
    await expect(pushAll(open(), [index])).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });
});

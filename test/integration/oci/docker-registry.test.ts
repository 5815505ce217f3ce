import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyGraph } from "../../../src/oci/copy.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { describeRepositoryContract } from "../../support/content-store-contract.ts";
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from "../../support/docker-registry.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { imageOf, indexOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
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

  it("keeps the referrers of ten processes that attach at one time", async () => {
    const image = imageOf("a", ["layer"]);
    const store = open("acme/attached");
    await pushAll(store, [piece("{}", MEDIA_TYPE.empty), ...piecesOf(image)]);
    const exits = await runAttachers(10, registry.host, "acme/attached");
    expect(exits).toEqual(Array.from({ length: 10 }, () => 0));
    expect(await store.referrers(image.manifest.descriptor.digest)).toHaveLength(10);
  });
});

const ATTACHER = `
  import { RemoteStore } from "./src/oci/remote-store.ts";
  import { imageOf, pushAll, referrerTo } from "./test/support/oci-graph.ts";
  import { clientOf } from "./test/support/remote-subject.ts";
  const [host, repository, name] = process.argv.slice(-3);
  const store = new RemoteStore(clientOf(host), repository, { access: "push" });
  const note = referrerTo(imageOf("a", ["layer"]).manifest.descriptor, name, { artifactType: "application/vnd.example.note.v1" });
  pushAll(store, [...note.layers, note.manifest]).then(() => store.attach([note.manifest.descriptor]));
`;

async function runAttachers(count: number, host: string, repository: string): Promise<readonly (number | null)[]> {
  const { build } = await import("esbuild");
  const folder = await mkdtemp(join(tmpdir(), "vox-attachers-"));
  const outfile = join(folder, "attacher.cjs");
  const stdin = { contents: ATTACHER, resolveDir: process.cwd(), loader: "ts" } as const;
  await build({ stdin, bundle: true, platform: "node", format: "cjs", outfile, logLevel: "error" });
  const children = Array.from({ length: count }, (_, index) =>
    spawn(process.execPath, [outfile, host, repository, `note-${index}`], { stdio: "inherit" }),
  );
  const exits = children.map((child) => new Promise<number | null>((resolve) => child.once("exit", resolve)));
  const codes = await Promise.all(exits);
  await rm(folder, { recursive: true });
  return codes;
}

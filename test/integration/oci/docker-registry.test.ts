import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import { copyGraph } from "../../../src/oci/copy.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { describeRepositoryContract } from "../../support/content-store-contract.ts";
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from "../../support/docker-registry.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { imageOf, indexOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { piecemeal } from "../../support/piecemeal.ts";
import { type DoorOptions, openLoggedRegistry } from "../../support/real-registry.ts";
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

  describe("takes a large blob in chunks", () => {
    const content = Buffer.alloc(5_000_000, "large");
    content.writeUInt32LE(7, 4_000_000);
    const image = imageOf("chunks", [content]);
    const put = async (repository: string, cutAfter?: DoorOptions["cutAfter"]) => {
      const door = await openLoggedRegistry(registry.host, cutAfter ? { cutAfter } : {});
      try {
        const source = new MemoryStore();
        await pushAll(source, piecesOf(image));
        const store = new RemoteStore(clientOf(door.host), repository, { access: "push", chunkBytes: 2_000_000 });
        await copyGraph(piecemeal(source), store, image.manifest.descriptor, { concurrency: 1 });
        const layer = image.layers[0]?.descriptor ?? image.config.descriptor;
        const held = await collectBytes(open(repository).fetch(layer), { maxBytes: layer.size, what: "the layer" });
        expect(Buffer.compare(held, content)).toBe(0);
        return door.takeLog().filter(({ method }) => method === "PATCH" || method === "GET");
      } finally {
        await door.close();
      }
    };

    it("one after another", async () => {
      const log = await put("acme/chunks");
      expect(log.map(({ method, status, sentBytes }) => [method, status, sentBytes])).toEqual([
        ["PATCH", 202, 2_000_000],
        ["PATCH", 202, 2_000_000],
        ["PATCH", 202, 1_000_000],
      ]);
    });

    it("and anew when it has lost the session of a chunk that was cut", async () => {
      let cuts = 0;
      const log = await put("acme/cut-chunks", (method, target) => {
        if (method !== "PATCH" || !target.includes("/uploads/") || (cuts += 1) !== 2) return undefined;
        return 1_500_000;
      });
      expect(log.map(({ method, status }) => [method, status]).slice(0, 3)).toEqual([
        ["PATCH", 202],
        ["PATCH", 0],
        ["GET", 404],
      ]);
    });

    it("and on from where it was when a chunk never came", async () => {
      let patches = 0;
      const log = await put("acme/lost-chunks", (method) => (method === "PATCH" && (patches += 1) === 2 ? 0 : undefined));
      expect(log.map(({ method, status, sentBytes }) => [method, status, sentBytes])).toEqual([
        ["PATCH", 202, 2_000_000],
        ["GET", 204, 0],
        ["PATCH", 202, 2_000_000],
        ["PATCH", 202, 1_000_000],
      ]);
    });
  });

  it("keeps the referrers of ten processes that attach at one time", async () => {
    const image = imageOf("a", ["layer"]);
    const store = open("acme/attached");
    await pushAll(store, [piece("{}", MEDIA_TYPE.empty), ...piecesOf(image)]);
    const exits = await runAttachers(10, registry.host, "acme/attached");
    expect(exits).toEqual(Array.from({ length: 10 }, () => 0));
    expect(await store.referrers(image.manifest.descriptor.digest)).toHaveLength(10);
    // Ten programs start, and a machine may have one core for them.
  }, 120_000);
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

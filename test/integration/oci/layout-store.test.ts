import { spawn } from "node:child_process";
import { mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hexOf } from "../../../src/core/digest.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { imageOf, piecesOf, pushAll } from "../../support/oci-graph.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "vox-layout-")), "layout");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const image = imageOf("a", ["layer"]);
const other = imageOf("b", ["other layer"]);
const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("an image layout on disk", () => {
  it("is what image-layout.md says: a marker, an index and read-only blobs named by their digests, and nothing else", async () => {
    const store = new FsLayoutStore(folder);
    await pushAll(store, piecesOf(image));
    await store.tag(image.manifest.descriptor, "1.0.0");
    expect((await readdir(folder)).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
    expect(await text("oci-layout")).toBe('{"imageLayoutVersion":"1.0.0"}');
    const { digest, size } = image.manifest.descriptor;
    expect(await text("index.json")).toBe(
      `{"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"1.0.0"},"digest":"${digest}",` +
        `"mediaType":"application/vnd.oci.image.manifest.v1+json","size":${size}}],` +
        '"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2}',
    );
    const blob = await stat(join(folder, "blobs", "sha256", hexOf(digest)));
    expect(blob.mode & 0o777).toBe(0o444);
    expect(await readdir(join(folder, "blobs", "sha256"))).toHaveLength(3);
  });

  it("has the same bytes whatever order it was written in", async () => {
    const texts: string[] = [];
    for (const order of [
      ["1", "2", "b"],
      ["b", "2", "1"],
    ]) {
      folder = join(folder, "..", `layout-${order.join("")}`);
      const store = new FsLayoutStore(folder);
      await pushAll(store, [...piecesOf(image), ...piecesOf(other)]);
      await store.list(other.manifest.descriptor);
      for (const tag of order) await store.tag(image.manifest.descriptor, tag);
      texts.push(await text("index.json"));
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it("lists tagged entries first, and an entry without a tag once", async () => {
    const store = new FsLayoutStore(folder);
    await pushAll(store, [...piecesOf(image), ...piecesOf(other)]);
    await store.list(other.manifest.descriptor);
    await store.list(other.manifest.descriptor);
    await store.tag(image.manifest.descriptor, "1.0.0");
    expect((await store.entries()).map(({ digest }) => digest)).toEqual([
      image.manifest.descriptor.digest,
      other.manifest.descriptor.digest,
    ]);
    await store.tag(other.manifest.descriptor, "2.0.0");
    expect(await store.entries()).toHaveLength(2);
  });

  it("is not made by reading it", async () => {
    const store = new FsLayoutStore(folder);
    expect(await store.tags()).toEqual([]);
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["an index without a marker", { "index.json": '{"schemaVersion":2,"manifests":[]}' }],
    ["a marker of another version", { "oci-layout": '{"imageLayoutVersion":"2.0.0"}' }],
    ["a marker that is no JSON", { "oci-layout": "1.0.0" }],
    ["an index that is no JSON", { "oci-layout": '{"imageLayoutVersion":"1.0.0"}', "index.json": "{" }],
    [
      "an index with a digest that is none",
      {
        "oci-layout": '{"imageLayoutVersion":"1.0.0"}',
        "index.json": '{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"sha256:../..","size":1}]}',
      },
    ],
  ])("is refused when it is malformed: %s", async (_, files) => {
    await mkdir(folder);
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await expect(new FsLayoutStore(folder).tags()).rejects.toMatchObject({ code: "OCI_INVALID", exitCode: 65 });
  });

  it("that another writer began and did not finish is empty and can be written", async () => {
    await mkdir(folder);
    await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    const store = new FsLayoutStore(folder);
    expect(await store.tags()).toEqual([]);
    await pushAll(store, piecesOf(image));
    await store.tag(image.manifest.descriptor, "1.0.0");
    expect(await store.tags()).toEqual(["1.0.0"]);
  });

  it("cannot be where a file is, which is told as a failure to write", async () => {
    await writeFile(folder, "");
    await expect(pushAll(new FsLayoutStore(folder), piecesOf(image))).rejects.toMatchObject({
      code: "CANNOT_WRITE",
      exitCode: 73,
    });
  });
});

const WRITER = `
  import { FsLayoutStore } from ${JSON.stringify(join(process.cwd(), "src/oci/fs-layout-store.ts"))};
  import { imageOf, piecesOf, pushAll } from ${JSON.stringify(join(process.cwd(), "test/support/oci-graph.ts"))};
  const [folder, name] = process.argv.slice(-2);
  const store = new FsLayoutStore(folder);
  for (let round = 0; round < 5; round += 1) {
    const image = imageOf(name + round, ["shared", name + round, Buffer.alloc(2000000, name + round)]);
    await pushAll(store, piecesOf(image));
    await store.tag(image.manifest.descriptor, name + "." + round);
  }
`;

/** Several processes at once; each can be killed. */
async function startWriters(
  names: readonly string[],
): Promise<readonly { readonly kill: () => void; readonly ended: Promise<number | null> }[]> {
  const { build } = await import("esbuild");
  const program = join(folder, "..", "writer.mjs");
  await build({
    stdin: { contents: WRITER, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    external: ["proper-lockfile"],
    logLevel: "error",
  });
  const text = await readFile(program, "utf8");
  await writeFile(
    program,
    text.replaceAll(
      'import("proper-lockfile")',
      `import(${JSON.stringify(join(process.cwd(), "node_modules/proper-lockfile/index.js"))})`,
    ),
  );
  return names.map((name) => {
    const child = spawn(process.execPath, [program, folder, name], { stdio: "ignore" });
    return {
      kill: () => void child.kill("SIGKILL"),
      ended: new Promise((resolve) => child.once("exit", (code) => resolve(code))),
    };
  });
}

describe("processes that write one layout together", () => {
  it("lose none of each other's tags", async () => {
    const writers = await startWriters(["a", "b", "c"]);
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    expect(await new FsLayoutStore(folder).tags()).toHaveLength(15);
  });

  it("leave a layout whose every tag is whole when they are killed", async () => {
    for (let round = 0; round < 6; round += 1) {
      const writers = await startWriters([`r${round}`]);
      await new Promise((resolve) => setTimeout(resolve, 120 + round * 35));
      for (const { kill } of writers) kill();
      await Promise.all(writers.map(({ ended }) => ended));
      await proveWhole(new FsLayoutStore(folder));
    }
  });
});

async function proveWhole(store: FsLayoutStore): Promise<void> {
  for (const tag of await store.tags()) {
    const [name = "", index = ""] = tag.split(".");
    const expected = imageOf(name + index, ["shared", name + index, Buffer.alloc(2_000_000, name + index)]);
    expect(await store.resolve(tag)).toEqual(expected.manifest.descriptor);
    for (const { descriptor } of piecesOf(expected)) {
      for await (const chunk of store.fetch(descriptor)) expect(chunk.byteLength).toBeGreaterThan(0);
    }
  }
}

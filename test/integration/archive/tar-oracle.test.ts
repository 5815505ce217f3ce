import { execFileSync } from "node:child_process";
import {
  createWriteStream,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { list } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compressLayer } from "../../../src/archive/compress.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { bytesOf, entriesOf, type LayerVector } from "../../unit/archive/vector-content.ts";

const vectors: LayerVector[] = JSON.parse(
  readFileSync(new URL("../../../contracts/vectors/archive/layers.json", import.meta.url), "utf8"),
).vectors;

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "vox-tar-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function written(vector: LayerVector): Promise<string> {
  const file = join(dir, "layer.tar.gz");
  await pipeline(Readable.from(compressLayer(writeCanonicalTar(entriesOf(vector)), "gzip").stream), createWriteStream(file));
  return file;
}

const expected = (vector: LayerVector): string[] => entriesOf(vector).map(({ path }) => path);

describe.each(vectors)("other programs read $title", (vector) => {
  test("GNU tar lists the same members, and unpacks the same content", async () => {
    const file = await written(vector);
    const listed = execFileSync("tar", ["--quoting-style=literal", "-tzf", file], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
    });
    expect(listed.split("\n").filter((line) => line !== "")).toEqual(expected(vector));
    const into = join(dir, "unpacked");
    mkdirSync(into);
    execFileSync("tar", ["--no-same-owner", "-xzpf", file, "-C", into], { env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" } });
    for (const entry of entriesOf(vector)) {
      const stats = lstatSync(join(into, entry.path));
      if (entry.kind === "symlink") expect(readlinkSync(join(into, entry.path))).toBe(entry.target);
      else expect(stats.mode & 0o777).toBe(entry.kind === "file" && !entry.executable ? 0o644 : 0o755);
      if (entry.kind === "file") expect(stats.size).toBe(entry.sizeBytes);
    }
  });

  test("node-tar sees the same members, modes, owners and times", async () => {
    const file = await written(vector);
    const seen: unknown[] = [];
    await list({
      file,
      onReadEntry: (entry) =>
        void seen.push([
          entry.path,
          entry.type,
          entry.mode,
          entry.uid,
          entry.gid,
          entry.mtime?.getTime(),
          entry.linkpath ?? "",
        ]),
    });
    const types = { file: "File", directory: "Directory", symlink: "SymbolicLink" };
    expect(seen).toEqual(
      entriesOf(vector).map((entry) => [
        entry.path,
        types[entry.kind],
        entry.kind === "symlink" ? 0o777 : entry.kind === "file" && !entry.executable ? 0o644 : 0o755,
        entry.owner.uid,
        entry.owner.gid,
        0,
        entry.kind === "symlink" ? entry.target : "",
      ]),
    );
  });

  test("gzip finds nothing wrong", async () => {
    execFileSync("gzip", ["-t", await written(vector)], { stdio: "pipe" });
  });
});

test("Python's tarfile reads a package's content", async () => {
  const vector = vectors.find(({ kind }) => kind === "package");
  if (vector?.kind !== "package") throw new Error("no package among the vectors");
  const script =
    "import sys,tarfile,json;t=tarfile.open(sys.argv[1]);print(json.dumps({m.name:t.extractfile(m).read().decode() for m in t if m.isfile()}))";
  const read: unknown = JSON.parse(execFileSync("python3", ["-c", script, await written(vector)], { encoding: "utf8" }));
  expect(read).toEqual(
    Object.fromEntries(
      vector.files.map(({ path, content }) => [`opt/vox/modules/demo/${path}`, Buffer.from(bytesOf(content)).toString()]),
    ),
  );
});

test("what an ordinary tar writes is not taken for a package", async () => {
  const { readPackageArchive } = await import("../../../src/archive/read-package-archive.ts");
  const { parsePackageName } = await import("../../../src/core/package-name.ts");
  mkdirSync(join(dir, "opt/vox/modules/demo"), { recursive: true });
  writeFileSync(join(dir, "opt/vox/modules/demo/Vox.toml"), "x");
  expect(readdirSync(dir)).toEqual(["opt"]);
  const tar = execFileSync("tar", ["-C", dir, "--format=ustar", "-cf", "-", "opt/vox"]);
  const expectedArchive = {
    name: parsePackageName("demo"),
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    sizeBytes: tar.length,
  };
  await expect(readPackageArchive(Readable.from([tar]), expectedArchive, async () => undefined)).rejects.toMatchObject({
    code: "ARCHIVE_INVALID",
  });
});

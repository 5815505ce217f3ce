import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { hexOf, parseDigest } from "../../src/core/digest.ts";
import { parseImageIndex, parseImageManifest } from "../../src/oci/parse-manifest.ts";
import { hasDockerRegistry, startDockerRegistry } from "../support/docker-registry.ts";
import { type PeakMemory, watchMemory } from "../support/peak-memory.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../support/small-application.ts";
import { succeeded, textAt } from "../support/vox-cli.ts";

const LONG_MS = 900_000;
const MIB = 1024 * 1024;
/** What building and pushing an image of a gigabyte may take (architecture, "Numbers"). */
const MAX_PEAK_MIB = 200;
/** It is some 195; how much a collector leaves lying differs by a tenth. */
const MAX_PEAK_OF_MANY_MIB = 220;

let application: SmallApplication | undefined;
afterEach(() => {
  application?.desk.remove();
  application = undefined;
}, LONG_MS);

async function locked(): Promise<{ readonly app: SmallApplication; readonly memory: PeakMemory }> {
  const app = (application = await laySmallApplication());
  succeeded(await app.vox(["lock"]));
  return { app, memory: watchMemory(app.desk) };
}

/** Bytes that no compressor makes smaller, the same at each run. */
function writeNoise(path: string, sizeBytes: number): void {
  const stream = createCipheriv("aes-128-ctr", Buffer.alloc(16, path), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  const file = openSync(path, "w");
  for (let left = sizeBytes; left > 0; left -= MIB) writeSync(file, stream.update(zeros));
  closeSync(file);
}

/** The file of the application layer, of the first platform. */
function layerOf(layout: string): string {
  const path = (digest: string): string => join(layout, "blobs/sha256", hexOf(parseDigest(digest)));
  const top = parseImageIndex(readFileSync(join(layout, "index.json")), { what: "index.json" });
  const index = parseImageIndex(readFileSync(path(top.manifests[0]?.digest ?? "")), { what: "the index" });
  const manifest = parseImageManifest(readFileSync(path(index.manifests[0]?.digest ?? "")), { what: "the manifest" });
  return path(manifest.layers.at(-1)?.digest ?? "");
}

/** One line of a shell, with `$1` and so on. */
const shell = (script: string, ...args: readonly string[]): string =>
  execFileSync("sh", ["-c", script, "sh", ...args], { encoding: "utf8", maxBuffer: 64 * MIB }).trim();

describe("an image of a gigabyte", () => {
  it(
    "is built with at most 200 MiB of memory, and pushed with as much",
    async () => {
      const { app, memory } = await locked();
      mkdirSync(join(app.folder, "data"));
      for (let part = 0; part < 4; part += 1) writeNoise(join(app.folder, `data/noise-${part}`), 200 * MIB);
      for (let part = 0; part < 2000; part += 1) app.write(`data/text/${part}`, `${part}\n`.repeat(25_000));
      const out = join(app.desk.folder, "image");
      const built = succeeded(await app.vox(["package", "--json", "--out", out], { env: memory.env }));
      expect(memory.peakMiB()).toBeLessThan(MAX_PEAK_MIB);
      expect(shell('sha256sum < "$1" | cut -d" " -f1', layerOf(out))).toBe(layerOf(out).split("/").at(-1));

      if (!hasDockerRegistry()) return;
      await using registry = await startDockerRegistry();
      app.write("Vox.toml", manifestText({ container: `registry = "${registry.host}/large"\n` }));
      const pushed = succeeded(await app.vox(["deploy", "--json"], { env: memory.env }));
      expect(memory.peakMiB()).toBeLessThan(MAX_PEAK_MIB);
      expect(textAt(pushed.json(), "image", "digest")).not.toBe(textAt(built.json(), "image", "digest"));
    },
    LONG_MS,
  );
});

describe("a file over two gigabytes", () => {
  it(
    "is in the image with every byte",
    async () => {
      const { app, memory } = await locked();
      const file = join(app.folder, "huge");
      writeFileSync(file, "begin");
      truncateSync(file, 2 ** 31 + 12_345);
      appendFileSync(file, "end");
      const out = join(app.desk.folder, "image");
      succeeded(await app.vox(["package", "--out", out], { env: memory.env }));
      expect(memory.peakMiB()).toBeLessThan(MAX_PEAK_MIB);
      expect(shell('tar -xzOf "$1" app/huge | sha256sum', layerOf(out))).toBe(shell('sha256sum < "$1"', file));
    },
    LONG_MS,
  );
});

describe("a hundred thousand files", () => {
  it(
    "are all in the image, and nothing is made again for the same ones",
    async () => {
      const { app, memory } = await locked();
      for (let folder = 0; folder < 1000; folder += 1) {
        mkdirSync(join(app.folder, `many/${folder}`), { recursive: true });
        for (let file = 0; file < 100; file += 1)
          writeFileSync(join(app.folder, `many/${folder}/${file}`), `${folder} ${file}\n`);
      }
      const out = join(app.desk.folder, "image");
      const first = succeeded(await app.vox(["package", "--out", out], { env: memory.env }));
      expect(memory.peakMiB()).toBeLessThan(MAX_PEAK_OF_MANY_MIB);
      expect(first.stderr).toContain("make the application layer");
      expect(shell('tar -tzf "$1" | grep -c "^app/many/.*[0-9]$"', layerOf(out))).toBe("100000");
      expect(shell('tar -xzOf "$1" app/many/123/45', layerOf(out))).toBe("123 45");
      const again = succeeded(await app.vox(["package", "--out", out]));
      expect([again.stdout, again.stderr.includes("make the")]).toEqual([first.stdout, false]);
    },
    LONG_MS,
  );
});

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hexOf, parseDigest } from "../../src/core/digest.ts";
import { otherNodes } from "../support/node-matrix.ts";
import { requireService } from "../support/services.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../support/small-application.ts";
import { type RunOptions, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const skopeo = await requireService("skopeo");
const [withZstd] = otherNodes(["24"]);

let app: SmallApplication;
beforeAll(async () => {
  app = await laySmallApplication();
  app.write("text.txt", Array.from({ length: 300_000 }, (_, line) => `${(line * 7919) % 100_003}\n`).join(""));
  succeeded(await app.vox(["lock"]));
});
afterAll(() => app.desk.remove());

const out = (): string => join(app.desk.folder, "image");

function packaged(compression: string, run: RunOptions = {}): Promise<VoxRun> {
  app.write("Vox.toml", manifestText({ container: `compression = "${compression}"\n` }));
  return app.vox(["package", "--out", out()], run);
}

interface Layer {
  readonly mediaType: string;
  readonly diffId: string;
  readonly file: string;
}

/** The application layer of the layout's first platform. */
function layer(): Layer {
  const file = (digest: string): string => join(out(), "blobs/sha256", hexOf(parseDigest(digest)));
  const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
  const index = json(file(textAt(json(join(out(), "index.json")), "manifests", 0, "digest")));
  const manifest = json(file(textAt(index, "manifests", 0, "digest")));
  const config = json(file(textAt(manifest, "config", "digest")));
  return {
    mediaType: textAt(manifest, "layers", 1, "mediaType"),
    diffId: textAt(config, "rootfs", "diff_ids", 1),
    file: file(textAt(manifest, "layers", 1, "digest")),
  };
}

const sha256 = (command: string, file: string): string =>
  `sha256:${execFileSync("sh", ["-c", `${command} < "$1" | sha256sum | cut -d" " -f1`, "sh", file], { encoding: "utf8" }).trim()}`;

describe("the layers that are made here", () => {
  it("unpack to their diff-ids, whose compressor another program has", async () => {
    // The manifest is one of the application's files, so each way of compressing it is another layer.
    succeeded(await packaged("gzip"));
    expect(layer().mediaType).toBe("application/vnd.oci.image.layer.v1.tar+gzip");
    expect(sha256("gzip -dc", layer().file)).toBe(layer().diffId);
    succeeded(await packaged("none"));
    expect(layer().mediaType).toBe("application/vnd.oci.image.layer.v1.tar");
    expect(sha256("cat", layer().file)).toBe(layer().diffId);
  }, 30_000);

  it("are made once for each compressor", async () => {
    expect((await packaged("gzip")).stderr).not.toContain("make the application layer");
    expect((await packaged("none")).stderr).not.toContain("make the application layer");
  }, 30_000);

  it.runIf(withZstd !== undefined && skopeo !== undefined)(
    "are zstd where the Node has it, and other programs read them",
    async () => {
      const node = withZstd?.binary ?? "";
      const first = succeeded(await packaged("zstd", { node }));
      const { mediaType, file, diffId } = layer();
      expect(mediaType).toBe("application/vnd.oci.image.layer.v1.tar+zstd");
      const unpack = `const zlib = require("node:zlib"); process.stdout.write(zlib.zstdDecompressSync(require("node:fs").readFileSync(0)))`;
      expect(sha256(`${node} -e '${unpack}'`, file)).toBe(diffId);
      const copy = ["copy", "-q", "--all", `oci:${out()}:production`, `oci:${app.desk.folder}/copied:production`];
      execFileSync("skopeo", copy);
      const again = { node, env: { VOX_CACHE_DIR: join(app.desk.folder, "another") } };
      expect(succeeded(await packaged("zstd", again)).stdout).toBe(first.stdout);
    },
    30_000,
  );

  it.skipIf(process.versions.zstd !== undefined)(
    "are refused as zstd where the Node has none, with a way on",
    async () => {
      const { exitCode, stderr } = await packaged("zstd", { env: { VOX_CACHE_DIR: join(app.desk.folder, "none") } });
      expect([exitCode, stderr.split("\n").slice(-3)]).toEqual([
        78,
        [
          "error[COMPRESSION_UNSUPPORTED]: this Node's zlib has no zstd",
          'hint: run vox on Node 22.15 or newer, or set `compression = "gzip"`',
          "",
        ],
      ]);
    },
    30_000,
  );
});

describe("a Node whose zlib gives other bytes", () => {
  /** Deflates at another level, as a zlib of another make would. */
  function otherZlib(): RunOptions {
    const module = join(app.desk.folder, "other-zlib.mjs");
    const text = `import { createRequire, syncBuiltinESMExports } from "node:module";
const zlib = createRequire(import.meta.url)("node:zlib");
const { deflateRaw } = zlib;
zlib.deflateRaw = (bytes, options, done) => deflateRaw(bytes, { ...options, level: 5 }, done);
syncBuiltinESMExports();
`;
    writeFileSync(module, text);
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(module).href}`, VOX_CACHE_DIR: join(app.desk.folder, "other-cache") };
    return { env };
  }

  it("makes no gzip layer, and says what to do", async () => {
    const { exitCode, stderr } = await packaged("gzip", otherZlib());
    expect(exitCode).toBe(78);
    expect(stderr).toContain("error[COMPRESSOR_DIFFERS]: this Node's zlib gives `sha256:");
    expect(stderr).toContain('hint: use an official build of Node, or set `compression = "none"`\n');
  }, 30_000);

  it("makes the image that every Node makes without a compressor", async () => {
    const there = succeeded(await packaged("none", otherZlib()));
    expect(there.stderr).toContain("make the application layer");
    expect(there.stdout).toBe(succeeded(await packaged("none")).stdout);
  }, 30_000);
});

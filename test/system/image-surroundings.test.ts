import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mountMemory, mountReadOnly, requireMounts, wrongBlobs } from "../support/cache-checks.ts";
import { laySmallApplication, type SmallApplication } from "../support/small-application.ts";
import { PROGRAM, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const mayMount = requireMounts();

let app: SmallApplication;
const cache = (): string => join(app.desk.folder, "cache");
const outDir = (): string => join(app.desk.folder, "out/image");

beforeEach(async () => {
  app = await laySmallApplication();
  app.write("large", "");
  truncateSync(join(app.folder, "large"), 40_000_000);
  succeeded(await app.vox(["lock"]));
});
afterEach(() => app.desk.remove());

const pack = (out = outDir()): Promise<VoxRun> => app.vox(["package", "--json", "--out", out]);
const filesBelow = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Sends a signal once the program says that it makes the layer; how it ended. */
const interrupted = (signal: "SIGINT" | "SIGTERM"): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const args = [PROGRAM, "package", "--out", outDir()];
    const child = spawn(process.execPath, args, { cwd: app.folder, env: app.desk.env, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (chunk: Buffer) => {
      if (chunk.includes("make the application layer")) child.kill(signal);
    });
    child.once("error", reject);
    child.once("close", resolve);
  });

describe("making an image", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends on %s, leaves nothing half made, and is done by the next run",
    async (signal, exitCode) => {
      expect(await interrupted(signal)).toBe(exitCode);
      expect([filesBelow(join(app.desk.folder, "out")), wrongBlobs(cache())]).toEqual([[], []]);
      const next = textAt(succeeded(await pack()).json(), "image", "digest");
      rmSync(cache(), { recursive: true });
      expect(textAt(succeeded(await pack()).json(), "image", "digest")).toBe(next);
    },
    60_000,
  );

  it("by three at once into one folder gives each the same image, whole", async () => {
    const runs = await Promise.all([pack(), pack(), pack()]);
    expect(new Set(runs.map((run) => textAt(succeeded(run).json(), "image", "digest"))).size).toBe(1);
    expect(wrongBlobs(outDir())).toEqual([]);
    const boms = ["image.cdx.json", "image.spdx.json"];
    expect([filesBelow(join(app.desk.folder, "out")), wrongBlobs(cache())]).toEqual([["image", ...boms], []]);
  }, 60_000);

  it("where a file stands in the way is told with 73", async () => {
    app.write("../out", "a file\n");
    const { exitCode, stdout } = await pack();
    expect([exitCode, textAt(JSON.parse(stdout), "error", "code")]).toEqual([73, "CANNOT_WRITE"]);
  }, 30_000);
});

describe.skipIf(!mayMount)("a disk", () => {
  it("that is full while an image is made is told with 73, and the next run with room completes", async () => {
    using disk = mountMemory(cache(), 1024 * 1024);
    app.write("noise", Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at * 31 + (at >> 3) * 7) & 0xff)));
    const filler = disk.fill(40 * 1024);
    const { exitCode, stdout } = await pack();
    expect([exitCode, textAt(JSON.parse(stdout), "error", "code")]).toEqual([73, "CANNOT_WRITE"]);
    expect([filesBelow(join(app.desk.folder, "out")), wrongBlobs(cache())]).toEqual([[], []]);
    rmSync(filler);
    succeeded(await pack());
  }, 60_000);

  it("that may only be read serves an image whose layers are there already", async () => {
    const made = textAt(succeeded(await pack()).json(), "image", "digest");
    using readOnly = mountReadOnly(cache());
    expect(readOnly).toBeDefined();
    expect(textAt(succeeded(await pack(join(app.desk.folder, "second"))).json(), "image", "digest")).toBe(made);
  }, 60_000);
});

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { publishedPackage } from "../support/folder-registry.ts";
import { portOf } from "../support/loopback-port.ts";
import { layLockedStorefront, layStorefront, type Storefront } from "../support/storefront.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const COMMANDS: readonly (readonly string[])[] = [["lock"], ["sync"], ["package"], ["deploy"]];

describe("what cannot be read", () => {
  let storefront: Storefront;
  let files: ReadonlyMap<string, string>;

  beforeAll(async () => {
    storefront = await layLockedStorefront();
    files = new Map(["app/Vox.toml", "vox.lock"].map((file) => [file, storefront.read(file)]));
  }, 120_000);

  afterEach(() => {
    for (const [file, text] of files) {
      rmSync(join(storefront.root, file), { recursive: true, force: true });
      storefront.write(file, text);
    }
  });
  afterAll(() => storefront.desk.remove());

  /** Runs, and proves that nothing on the desk differs afterwards. */
  async function leavesAlone(args: readonly string[]): Promise<VoxRun> {
    const before = snapshot(storefront.desk.folder);
    const run = await storefront.vox(args);
    expect(snapshot(storefront.desk.folder)).toEqual(before);
    return run;
  }

  const line = (file: string, text: string): number =>
    storefront
      .read(file)
      .split("\n")
      .findIndex((each) => each.includes(text)) + 1;

  describe.each(COMMANDS.map((args) => ({ name: args.join(" "), args })))("vox $name", ({ args }) => {
    it("says at which line Vox.toml stops being TOML", async () => {
      storefront.edit("app/Vox.toml", 'kind = "application"', 'kind = "application');
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toContain("error[MANIFEST_INVALID]");
      expect(run.stderr).toContain(`Vox.toml:${line("app/Vox.toml", "kind =")}`);
    });

    it("names the unknown key of a table of its own, its place and the key that was meant", async () => {
      storefront.edit("app/Vox.toml", "image_name", "image_nam");
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toContain("error[MANIFEST_INVALID]");
      expect(run.stderr).toContain(`Vox.toml:${line("app/Vox.toml", "image_nam")}`);
      expect(run.stderr).toMatch(/hint: .*image_name/);
    });

    it("names the requirement that is no range", async () => {
      storefront.edit("app/Vox.toml", '"^2.3"', '"two"');
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toContain(`Vox.toml:${line("app/Vox.toml", "http-router")}`);
    });

    it("says that Vox.toml is no file", async () => {
      rmSync(join(storefront.root, "app/Vox.toml"));
      mkdirSync(join(storefront.root, "app/Vox.toml"));
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toMatch(/error\[MANIFEST_(UNREADABLE|MISSING)\]/);
      expect(run.stderr).toContain("Vox.toml");
    });

    it("names the place where vox.lock stops being TOML", async () => {
      storefront.edit("vox.lock", "version = 1", "version = = 1");
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toContain("error[LOCK_INVALID]");
      expect(run.stderr).toContain(`vox.lock:${line("vox.lock", "= = 1")}`);
    });

    it("refuses a lock of a later version", async () => {
      storefront.edit("vox.lock", "version = 1", "version = 2");
      const run = await leavesAlone(args);
      expect(run.exitCode).toBe(65);
      expect(run.stderr).toContain("error[LOCK_VERSION]");
    });
  });

  it("refuses a locked package without its hash", async () => {
    const lock = storefront.read("vox.lock");
    storefront.write("vox.lock", lock.replace(/^diff-id = .*\n/m, ""));
    const run = await leavesAlone(["sync", "--frozen"]);
    expect(run.exitCode).toBe(65);
    expect(run.stderr).toContain("error[LOCK_INVALID]");
  });

  it("tells a lock with conflict markers, and `vox lock` resolves it", async () => {
    const lock = storefront.read("vox.lock");
    storefront.write("vox.lock", `<<<<<<< ours\n${lock}=======\n${lock}>>>>>>> theirs\n`);
    const run = await leavesAlone(["package"]);
    expect(run.exitCode).toBeGreaterThan(0);
    expect(run.stderr).toContain("vox.lock");
    succeeded(await storefront.vox(["lock"]));
    expect(storefront.read("vox.lock")).toBe(lock);
  });
});

describe("a folder registry that holds what no package may be", () => {
  let storefront: Storefront;

  beforeEach(async () => {
    storefront = await layLockedStorefront();
    rmSync(storefront.lockFile);
    rmSync(join(storefront.desk.folder, "cache"), { recursive: true, force: true });
  }, 60_000);
  afterEach(() => storefront.desk.remove());

  async function refusesToSync(): Promise<VoxRun> {
    const [project, registry] = [snapshot(storefront.root), snapshot(storefront.registryFolder)];
    await storefront.vox(["lock"]);
    const run = await storefront.vox(["sync"]);
    expect(run.exitCode).toBe(65);
    expect(snapshot(storefront.registryFolder)).toEqual(registry);
    expect(existsSync(join(storefront.app, ".vox_modules"))).toBe(false);
    rmSync(storefront.lockFile, { force: true });
    expect(snapshot(storefront.root)).toEqual(project);
    return run;
  }

  it("refuses an archive whose files carry a time, and names the package", async () => {
    publishedPackage(storefront.registryFolder, "slug").rewriteTar((tar) => {
      const changed = Buffer.from(tar);
      changed.write("00000000001\0", 136);
      changed.write("        ", 148);
      const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      return changed;
    });
    const run = await refusesToSync();
    expect(run.stderr).toContain("error[ARCHIVE_INVALID]");
    expect(run.stderr).toContain("slug");
  });

  it("refuses an archive with bytes after its end", async () => {
    publishedPackage(storefront.registryFolder, "slug").rewriteTar((tar) => Buffer.concat([tar, Buffer.alloc(512, 1)]));
    expect((await refusesToSync()).stderr).toContain("error[ARCHIVE_INVALID]");
  });

  it("refuses a manifest that is none, and names the package", async () => {
    publishedPackage(storefront.registryFolder, "slug").rewriteManifest(Buffer.from('{"schemaVersion":2}'));
    const run = await refusesToSync();
    expect(run.stderr).toContain("slug");
  });
});

describe("a registry that answers what no registry says", () => {
  let storefront: Storefront;
  let server: Server;
  let answer: { status: number; body: string; type: string };

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { "content-type": answer.type });
      response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    storefront = layStorefront({ index: `oci://127.0.0.1:${portOf(server)}/packages` });
  }, 60_000);
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    storefront.desk.remove();
  });

  it.each([
    { name: "a web page", exitCode: 69, answer: { status: 200, body: "<html>captive portal</html>", type: "text/html" } },
    { name: "JSON of another shape", exitCode: 69, answer: { status: 200, body: '{"tags":"all"}', type: "application/json" } },
    { name: "that credentials are wanted", exitCode: 77, answer: { status: 403, body: "{}", type: "application/json" } },
    {
      name: "no repository",
      exitCode: 1,
      answer: { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}', type: "application/json" },
    },
  ])("ends `vox lock` with $exitCode when it answers $name, and names the registry or the package", async (row) => {
    answer = row.answer;
    const before = snapshot(storefront.root);
    const run = await storefront.vox(["lock", "--json"]);
    expect(run.exitCode).toBe(row.exitCode);
    expect(textAt(run.json(), "error", "message")).toMatch(
      /127\.0\.0\.1|cart|catalog|money|clock-format|http-router|json-reply/,
    );
    expect(snapshot(storefront.root)).toEqual(before);
  });
});

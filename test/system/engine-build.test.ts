import { randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePlatform } from "../../src/core/platform.ts";
import { testEngine } from "../support/docker-engine.ts";
import { filesOf, layoutImage } from "../support/image-tree.ts";
import { requireService } from "../support/services.ts";
import { APK, APT, hasBusybox, type ShellBase, writeShellBase } from "../support/shell-base.ts";
import { layShop as layNewShop, type Shop } from "../support/shell-shop.ts";
import { at, PROGRAM, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, podman] = [await requireService("docker"), await requireService("podman")];
const ready = hasBusybox();

/** What is built on a test's base can be told from what others build. */
const LABEL = `dev.vox.test=${randomUUID()}`;
const labelled = (base: ShellBase): ShellBase => {
  const [name = "", value] = LABEL.split("=");
  return { ...base, config: { ...base.config, Labels: { [name]: value } } };
};

afterAll(async () => {
  for (const address of [docker, podman]) if (address !== undefined) await testEngine(address).removeLabelled(LABEL);
});

const BASE_ALONE = [[expect.stringContaining("localhost/vox-base:")]];

const layShop = (base: ShellBase): Promise<Shop> => layNewShop(labelled(base));

const FOREIGN = [parsePlatform("linux/arm64")];
const AMD64 = 'platforms = ["linux/amd64"]';
const NOWHERE = { DOCKER_HOST: "unix:///nowhere/engine.sock" };

const engines = [
  { name: "Docker with BuildKit", address: docker, env: {} },
  { name: "Docker's classic builder", address: docker, env: { DOCKER_BUILDKIT: "0" } },
  { name: "Podman", address: podman, env: {} },
];

describe.skipIf(!ready).each(engines)("an image whose lower part $name builds", ({ address, env: settings }) => {
  const env = { DOCKER_HOST: address ?? "", ...settings };
  let shop: Shop;
  let first: unknown;

  beforeAll(async () => {
    if (address === undefined) return;
    shop = await layShop({ scripts: APK, config: { User: "someone", Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes"] } });
    await shop.ask(
      `${AMD64}\nenv = { OURS = "1" }\npackages = ["curl", "jq"]\nrun = ["echo \\"$WORD: it's $BASE\\" > /ran", "id -u > /who"]\nbuild_args = { WORD = "a $ and \\"b\\"" }`,
    );
    first = succeeded(await shop.vox(["package", "--json"], env)).json();
  }, 120_000);
  afterAll(() => shop?.desk.remove());

  it.skipIf(address === undefined)("holds, above the base's layers, what the steps made", async () => {
    const { layers } = layoutImage(shop.layout);
    const [base = Buffer.alloc(0), ...made] = layers;
    expect(Object.keys(await filesOf(base))).toContain("sbin/apk");
    expect(made).toHaveLength(4);
    const [packages, ran, who, app] = await Promise.all(made.map(filesOf));
    expect(packages).toMatchObject({ "usr/share/installed/curl": "apk curl\n", "usr/share/installed/jq": "apk jq\n" });
    expect(ran).toMatchObject({ ran: `a $ and "b": it's yes\n` });
    expect(who).toMatchObject({ who: "0\n" });
    expect(Object.keys(app ?? {})).toContain("app/main.sh");
  });

  it.skipIf(address === undefined)("keeps the base's settings, and tells the steps in its history", () => {
    const { config } = layoutImage(shop.layout);
    expect(at(config, "config")).toMatchObject({
      Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes", "OURS=1"],
      User: "65532:65532",
    });
    expect(at(config, "history")).toMatchObject([
      { created_by: "shell base" },
      { created: "1970-01-01T00:00:00Z", created_by: "vox: packages curl jq" },
      { created_by: `vox: run echo "$WORD: it's $BASE" > /ran` },
      { created_by: "vox: run id -u > /who" },
      { created_by: "vox: application" },
    ]);
  });

  it.skipIf(address === undefined)("is the same at the next run, for which no engine is needed", async () => {
    expect(succeeded(await shop.vox(["package", "--json"], NOWHERE)).json()).toMatchObject({
      image: { digest: textAt(first, "image", "digest") },
    });
  });

  it.skipIf(address === undefined)("leaves nothing in the engine but the base", async () => {
    expect(await testEngine(address ?? "").imagesLabelled(LABEL)).toEqual(BASE_ALONE);
  });
});

describe.skipIf(!ready || docker === undefined)("the lower part, built by a real Docker", () => {
  const env = { DOCKER_HOST: docker ?? "" };
  let shop: Shop;
  const shops: Shop[] = [];
  const newShop = async (base: ShellBase): Promise<Shop> => {
    shop = await layShop(base);
    shops.push(shop);
    return shop;
  };
  afterAll(() => shops.forEach(({ desk }) => desk.remove()));

  it("installs with apt-get where the base has that, and leaves no lists behind", async () => {
    const { ask, vox, layout } = await newShop({ scripts: APT });
    await ask(`${AMD64}\npackages = ["curl"]`);
    succeeded(await vox(["package"], env));
    const files = await filesOf(layoutImage(layout).layers[1] ?? Buffer.alloc(0));
    expect(files).toEqual({ "usr/share/installed/curl": "apt curl\n" });
  }, 60_000);

  it("names the step that failed, and what it printed", async () => {
    const { ask, vox } = await newShop({});
    await ask(`${AMD64}\nrun = ["echo made; exit 7"]`);
    const run = await vox(["package"], env);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(
      'error[ENGINE_BUILD_FAILED]: the lower part for `linux/amd64` does not build: `RUN ["/bin/sh","-c","echo made; exit 7"]` ended with exit code 7',
    );
    expect(run.stderr).toMatch(/caused by: made/);
  }, 60_000);

  it.each([
    {
      what: "no package manager",
      base: {},
      ask: 'packages = ["curl"]',
      says: "needs `apk` or `apt-get`, and the base image has neither",
    },
    { what: "no shell", base: { shell: false }, ask: 'run = ["true"]', says: "need `/bin/sh`, and the base image has none" },
  ])(
    "says that a base has $what",
    async ({ base, ask: lines, says }) => {
      const { ask, vox } = await newShop(base);
      await ask(`${AMD64}\n${lines}`);
      const run = await vox(["package"], env);
      expect(run).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("error[BASE_IMAGE_UNUSABLE]") });
      expect(run.stderr).toContain(says);
    },
    60_000,
  );

  it.skipIf(existsSync("/proc/sys/fs/binfmt_misc/qemu-aarch64"))(
    "explains a platform that the engine has no emulator for",
    async () => {
      const { ask, vox } = await newShop({ platforms: [...FOREIGN] });
      await ask('platforms = ["linux/arm64"]\nrun = ["true"]');
      const run = await vox(["package"], env);
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toContain("cannot run the programs of `linux/arm64`: no emulator is registered with binfmt_misc");
      expect(run.stderr).toContain("tonistiigi/binfmt --install arm64");
    },
    60_000,
  );

  it("is stopped by Ctrl-C, and nothing half made stays", async () => {
    const { ask, desk } = await newShop({});
    await ask(`${AMD64}\nrun = ["touch /begun", "sleep 55"]`);
    const engine = testEngine(docker ?? "");
    const child = spawn(process.execPath, [PROGRAM, "package"], {
      cwd: join(desk.folder, "shop"),
      env: { ...desk.env, ...env, DOCKER_BUILDKIT: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    await new Promise<void>((resolve) => {
      let text = "";
      child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()).includes("sleep 55") && resolve());
    });
    child.kill("SIGINT");
    expect(await exited).toBe(130);
    await expect.poll(() => engine.containersRunning("sleep 55"), { timeout: 20_000 }).toEqual([]);
    const named = (images: readonly (readonly string[])[]) => images.filter((names) => names.length === 0);
    await expect.poll(async () => named(await engine.imagesLabelled(LABEL)), { timeout: 20_000 }).toEqual([]);
  }, 60_000);

  it("builds what is locked, whatever has come to stand under the base's tag", async () => {
    const { ask, vox, desk, layout } = await newShop({ scripts: APK });
    await ask(`${AMD64}\npackages = ["curl"]`);
    const lock = readFileSync(join(desk.folder, "shop/vox.lock"), "utf8");
    await writeShellBase(join(desk.folder, "base"), labelled({ scripts: { ...APK, "etc/moved": "moved" } }));
    succeeded(await vox(["package"], env));
    expect(readFileSync(join(desk.folder, "shop/vox.lock"), "utf8")).toBe(lock);
    expect(Object.keys(await filesOf(layoutImage(layout).layers[0] ?? Buffer.alloc(0)))).not.toContain("etc/moved");
  }, 60_000);

  it("is not built without an engine, whose absence is told with what was tried", async () => {
    const { ask, vox } = await newShop({ scripts: APK });
    await ask(`${AMD64}\npackages = ["curl"]`);
    const run = await vox(["package"], NOWHERE);
    expect(run.exitCode).toBe(69);
    expect(run.stderr).toContain("tried `unix:///nowhere/engine.sock` (ENOENT)");
  }, 60_000);
});

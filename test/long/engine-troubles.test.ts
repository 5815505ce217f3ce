import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnDockerd, startDockerd } from "../support/own-dockerd.ts";
import { requireService } from "../support/services.ts";
import { hasBusybox, type ShellBase } from "../support/shell-base.ts";
import { layShop, type Shop } from "../support/shell-shop.ts";
import { PROGRAM } from "../support/vox-cli.ts";

const docker = await requireService("docker");
const ready = hasBusybox() && docker !== undefined;
const AMD64 = 'platforms = ["linux/amd64"]';

/** A base of so much does not fit into it. */
const ENGINE_MB = 96;

describe.skipIf(!ready).each([
  { builder: "BuildKit", buildkit: "1" },
  { builder: "the classic builder", buildkit: "0" },
])("an engine whose $builder builds the lower part", ({ buildkit }) => {
  let dockerd: OwnDockerd;
  const shops: Shop[] = [];
  const env = () => ({ DOCKER_HOST: dockerd.address, DOCKER_BUILDKIT: buildkit });
  const newShop = async (base: ShellBase = {}): Promise<Shop> => {
    const shop = await layShop(base);
    shops.push(shop);
    return shop;
  };

  beforeAll(async () => {
    dockerd = await startDockerd({ sizeMb: ENGINE_MB });
  }, 60_000);
  afterAll(async () => {
    await dockerd?.[Symbol.asyncDispose]();
    for (const { desk } of shops) desk.remove();
  });

  it("and has no space left for a step is told, with what makes room", async () => {
    const { ask, vox } = await newShop();
    await ask(`${AMD64}\nrun = ["cat /dev/zero > /full"]`);
    const ended = await vox(["package", "--offline"], env());
    expect(ended.stderr).toMatch(/error\[ENGINE_FAILED\]: the engine has no space left/);
    expect(ended).toMatchObject({ exitCode: 69, stderr: expect.stringContaining("hint: run `docker system prune`") });
  });

  it("and has no space left for the base is told, with what makes room", async () => {
    const { ask, vox } = await newShop({ scripts: { large: "x".repeat(ENGINE_MB << 20) } });
    await ask(`${AMD64}\nrun = ["true"]`);
    const ended = await vox(["package", "--offline"], env());
    expect(ended.stderr).toMatch(/error\[ENGINE_FAILED\]: the engine does not load the image: .*no space left on device/);
    expect(ended).toMatchObject({ exitCode: 69, stderr: expect.stringContaining("hint: run `docker system prune`") });
  });

  it("and is killed in the middle of it is told, with what to look at, and the next engine completes", async () => {
    const { ask, vox, desk, folder } = await newShop();
    await ask(`${AMD64}\nrun = ["sleep 2", "sleep 55"]`);
    const child = spawn(process.execPath, [PROGRAM, "package", "--offline"], {
      cwd: folder,
      env: { ...desk.env, ...env() },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()).includes("sleep 55") && resolve());
    });
    await dockerd.kill();
    expect(await exited).toBe(69);
    expect(stderr).toContain("error[ENGINE_FAILED]: the engine broke off the build");
    expect(stderr).toContain("docker version");
    await dockerd[Symbol.asyncDispose]();
    dockerd = await startDockerd({ sizeMb: ENGINE_MB });
    await ask(`${AMD64}\nrun = ["sleep 2"]`);
    expect(await vox(["package", "--offline"], env())).toMatchObject({ exitCode: 0 });
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM_VERSION } from "../../src/config/generated/version.ts";
import { INSTALL_POLICY } from "../../src/toolchain/generated/install-policy.ts";
import { testEngine } from "../support/docker-engine.ts";
import { loadNodeBase } from "../support/node-base.ts";
import { requireService } from "../support/services.ts";
import { hasBusybox } from "../support/shell-base.ts";
import { CHECKOUT } from "../support/vox-cli.ts";

const host = await requireService("docker");
const BASE = "vox-test-node-base:latest";
const IMAGE = "vox-test-tool:latest";

const docker = (...args: readonly string[]): string =>
  execFileSync("docker", args, {
    encoding: "utf8",
    env: { ...process.env, DOCKER_HOST: host ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });

/** What `.dockerignore` lets through, with the Dockerfile upon the base that is here: the pinned one is on Docker's own registry. */
function buildContext(): string {
  const folder = mkdtempSync(join(tmpdir(), "vox-tool-image-"));
  const [, ...admitted] = readFileSync(join(CHECKOUT, ".dockerignore"), "utf8").trim().split("\n");
  for (const line of admitted) cpSync(join(CHECKOUT, line.slice(1)), join(folder, line.slice(1)), { recursive: true });
  const text = readFileSync(join(CHECKOUT, "Dockerfile"), "utf8");
  const stages = text.match(/^FROM .*/gm) ?? [];
  expect(stages.every((line) => line.includes(INSTALL_POLICY.image.base))).toBe(true);
  writeFileSync(join(folder, "Dockerfile"), text.replaceAll(/^(FROM .*?)\S+@sha256:[0-9a-f]{64}/gm, `$1${BASE}`));
  return folder;
}

describe.skipIf(host === undefined || !hasBusybox())("the image of the tool", () => {
  const engine = testEngine(host ?? "unix:///nowhere.sock");
  const containers: string[] = [];

  beforeAll(async () => {
    loadNodeBase(BASE, host ?? "");
    const folder = buildContext();
    try {
      await engine.build(folder, { tag: IMAGE, buildkit: true, hostNetwork: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 600_000);
  afterAll(async () => {
    for (const name of containers) docker("rm", "--force", name);
    await engine.removeImage(IMAGE);
    await engine.removeImage(BASE);
  });

  const run = (...args: readonly string[]): string => docker("run", "--rm", "--network=none", "--read-only", ...args);

  it("starts vox, without any right of root and with a read-only root", () => {
    expect(run(IMAGE, "--version")).toBe(`vox ${PROGRAM_VERSION}\n`);
    expect(run(IMAGE)).toContain("Usage: vox");
    expect(run("--entrypoint", "id", IMAGE)).toContain("uid=65532 gid=65532");
    expect(run("--cap-drop=ALL", "--tmpfs=/tmp", "--entrypoint", "node", IMAGE, "-e", "console.log(process.getuid())")).toBe(
      "65532\n",
    );
  });

  it("holds the program and what it needs, and neither its sources nor its tests", () => {
    const listing = run("--entrypoint", "node", IMAGE, "-p", 'require("fs").readdirSync("/opt/vox-tool").sort().join()');
    expect(listing.trim()).toBe("CHANGELOG.md,LICENSE,README.md,contracts,dist,node_modules,package.json");
    expect(() =>
      run("--entrypoint", "node", IMAGE, "-e", 'require("/opt/vox-tool/node_modules/vitest/package.json")'),
    ).toThrow();
  });

  it("keeps its cache, data and configuration where its user may write", () => {
    const folders =
      "for (const name of ['CACHE','DATA','CONFIG']) require('fs').writeFileSync(process.env[`VOX_${name}_DIR`] + '/x', '')";
    expect(docker("run", "--rm", "--network=none", "--entrypoint", "node", IMAGE, "-e", folders)).toBe("");
    const doctor = docker("run", "--rm", "--network=none", IMAGE, "doctor", "--json");
    expect(JSON.parse(doctor)).toMatchObject({ ok: true });
  });

  it("is healthy by `vox doctor --probe`, and unhealthy where its cache cannot be written", async () => {
    const start = (...args: readonly string[]): string => {
      const loop = ["--entrypoint", "node", IMAGE, "-e", "setInterval(() => {}, 1000)"];
      const id = docker(
        "run",
        "--detach",
        "--network=none",
        "--health-interval=1s",
        "--health-retries=1",
        "--health-start-period=0s",
        ...args,
        ...loop,
      );
      containers.push(id.trim());
      return id.trim();
    };
    const [well, ill] = [start(), start("--env", "VOX_CACHE_DIR=/proc/nowhere")];
    const health = (id: string): string => docker("inspect", "--format", "{{.State.Health.Status}}", id).trim();
    await expect.poll(() => health(well), { timeout: 60_000, interval: 500 }).toBe("healthy");
    await expect.poll(() => health(ill), { timeout: 60_000, interval: 500 }).toBe("unhealthy");
  }, 150_000);

  it("says of itself what the install policy says", async () => {
    const { Config } = await engine.inspectImage(IMAGE);
    expect(Config.User).toBe(INSTALL_POLICY.image.user);
    expect(Config.Labels).toMatchObject({ "org.opencontainers.image.title": "vox", "org.opencontainers.image.version": "dev" });
    expect(Config.Healthcheck?.Test).toEqual(["CMD", "node", "/opt/vox-tool/dist/bin.js", "doctor", "--probe"]);
  });
});

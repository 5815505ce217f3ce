import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoopbackRegistry } from "../support/loopback-registry.ts";
import { requireService } from "../support/services.ts";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, createDesk, succeeded, textAt } from "../support/vox-cli.ts";

const registry = await requireService("registry");

describe.skipIf(registry === undefined)("vox deployments in a real registry", () => {
  const prefix = `deployments-${randomUUID().slice(0, 8)}`;
  let storefront: Storefront;

  const deploy = async (args: readonly string[] = []): Promise<string> =>
    textAt(succeeded(await storefront.vox(["deploy", "--json", ...args])).json(), "image", "digest");
  const deployments = async (environment: string): Promise<unknown> =>
    at(succeeded(await storefront.vox(["deployments", environment, "--json"])).json(), "environments", 0);

  beforeAll(async () => {
    storefront = await layLockedStorefront();
    storefront.edit("app/Vox.toml", "[deploy.container]", `[deploy.container]\nregistry = "${registry}/${prefix}"`);
    storefront.write("app/Vox.toml", `${storefront.read("app/Vox.toml")}\n[deploy.environments.staging]\n`);
  }, 120_000);

  afterAll(() => storefront.desk.remove());

  it("tells that nothing was deployed yet", async () => {
    expect(await deployments("production")).toMatchObject({ deployments: [], forks: [], tag: null });
  });

  it("tells each deployment with its image, by digest, and records unchanged content no second time (`deploy-by-digest`)", async () => {
    const first = await deploy();
    expect(await deploy()).toBe(first);
    storefront.edit("app/server.js", "Welcome to the storefront", "Welcome back");
    const second = await deploy();
    expect(await deployments("production")).toMatchObject({
      environment: "production",
      history: `${registry}/${prefix}/storefront`,
      deployments: [
        { sequence: 2, result: "succeeded", current: true, target: "registry", image: second },
        { sequence: 1, result: "succeeded", current: false, target: "registry", image: first },
      ],
      forks: [],
      tag: second,
    });
  }, 60_000);

  it("keeps a record for each environment, as an index that lists the image", async () => {
    const digest = await deploy(["staging"]);
    const entry = at(await deployments("staging"), "deployments", 0);
    const response = await fetch(`http://${registry}/v2/${prefix}/storefront/manifests/${textAt(entry, "record")}`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    expect(await response.json()).toMatchObject({
      artifactType: "application/vnd.vox.deployment.v1",
      manifests: [{ digest }],
    });
  }, 60_000);

  it("lets one of two win who deploy to one environment at once, tells the other, and loses no record", async () => {
    const other = createDesk();
    try {
      cpSync(storefront.desk.folder, join(other.folder, "copy"), { recursive: true, verbatimSymlinks: true });
      storefront.edit("app/server.js", "Welcome back", "Welcome, Ann");
      const [mine, theirs] = await Promise.all([
        storefront.vox(["deploy", "staging", "--json"]),
        other.vox(["deploy", "staging", "--json"], {
          cwd: join(other.folder, "copy/storefront/app"),
          env: { VOX_CACHE_DIR: join(other.folder, "copy/cache") },
        }),
      ]);
      const codes = [mine.exitCode, theirs.exitCode].sort();
      expect(codes[0]).toBe(0);
      expect([0, 75]).toContain(codes[1]);
      const told = [mine, theirs].filter(({ exitCode }) => exitCode === 75);
      for (const run of told) expect(at(run.json(), "error", "code")).toBe("DEPLOY_BUSY");
      const list = at(await deployments("staging"), "deployments");
      const results = (Array.isArray(list) ? list : []).map((_, index) => textAt(list, index, "result"));
      expect(results.filter((result) => result === "yielded")).toHaveLength(told.length);
    } finally {
      other.remove();
    }
  }, 60_000);

  it("goes back to an earlier image by moving the tag, which is a deployment too", async () => {
    const before = await deployments("production");
    const [second, first] = [textAt(before, "deployments", 0, "image"), textAt(before, "deployments", 1, "image")];
    expect(at(succeeded(await storefront.vox(["rollback", "--json"])).json(), "to")).toMatchObject({
      sequence: 1,
      image: first,
    });
    expect(await deployments("production")).toMatchObject({
      tag: first,
      deployments: [{ sequence: 3, current: true, image: first, cause: "rollback to 1" }, { image: second }, { image: first }],
    });
    succeeded(await storefront.vox(["rollback", "--to", second]));
    expect(await deployments("production")).toMatchObject({ tag: second });
  }, 60_000);

  it("keeps records in the repository that [deploy.history] names, the image with them", async () => {
    const toml = storefront.read("app/Vox.toml");
    const repository = `${registry}/${prefix}/history`;
    storefront.write("app/Vox.toml", `${toml}\n[deploy.history]\nrepository = "${repository}"\nkeep = 2\n`);
    storefront.edit("app/server.js", "json", "json ");
    const digest = await deploy();
    expect(await deployments("production")).toMatchObject({
      history: repository,
      deployments: [{ sequence: 1, image: digest }],
    });
    const image = await fetch(`http://${registry}/v2/${prefix}/history/manifests/${digest}`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    expect(image.status).toBe(200);
    storefront.write("app/Vox.toml", toml);
  }, 60_000);

  it("tells of a registry that does not answer", async () => {
    const toml = storefront.read("app/Vox.toml");
    storefront.write("app/Vox.toml", toml.replace(`${registry}/${prefix}`, "127.0.0.1:1/nowhere"));
    for (const command of [["deployments"], ["rollback"]]) {
      const run = await storefront.vox([...command, "--json"]);
      expect([run.exitCode, at(run.json(), "error", "code")]).toEqual([69, "REGISTRY_UNAVAILABLE"]);
    }
    storefront.write("app/Vox.toml", toml);
  }, 60_000);

  it("tells of a registry that refuses, before anything is deployed", async () => {
    await using guarded = await startLoopbackRegistry({ auth: { kind: "basic", username: "somebody", password: "else" } });
    const toml = storefront.read("app/Vox.toml");
    storefront.write("app/Vox.toml", toml.replace(`${registry}/${prefix}`, `${guarded.host}/acme`));
    for (const command of ["deploy", "deployments", "rollback"]) {
      const run = await storefront.vox([command, "--json"]);
      expect([command, run.exitCode, at(run.json(), "error", "code")]).toEqual([command, 77, "REGISTRY_DENIED"]);
    }
    storefront.write("app/Vox.toml", toml);
  }, 60_000);

  it("refuses an environment that is not there", async () => {
    const run = await storefront.vox(["deployments", "stagin", "--json"]);
    expect(run.exitCode).toBe(64);
    expect(at(run.json(), "error")).toMatchObject({ code: "ENVIRONMENT_UNKNOWN", hint: "did you mean `staging`?" });
  });
});

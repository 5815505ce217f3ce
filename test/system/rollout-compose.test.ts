import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOracle } from "../support/oracles.ts";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at, textAt } from "../support/vox-cli.ts";

const [docker, registry] = [await requireService("docker"), await requireService("registry")];

const COMPOSE = `[deploy.compose]
project_name = "NAME"
file = "compose.yaml"
ports = ["127.0.0.1::3000"]
publish = true
resources = { memory = "256M", pids = 200 }
[deploy.environments.staging]
`;

/** A service beside the application: the same program, so that nothing has to be pulled. */
const BESIDE = `services:
  NAME:
    labels: { team: shop }
`;

describe.skipIf(docker === undefined || registry === undefined)("vox deploy --target compose on a real engine", () => {
  let desk: RolloutDesk;
  let first: unknown;
  let second: unknown;
  const SECRET = { SHOP_KEY: 'it\'s $ecret: "100%"' };

  beforeAll(async () => {
    desk = await rolloutDesk({
      dockerHost: docker ?? "",
      container: `registry = "${registry}/rollout-compose"\nsecrets = ["SHOP_KEY"]`,
      tables: COMPOSE,
    });
    desk.write("compose.yaml", BESIDE.replace("NAME", desk.name));
  }, 120_000);

  afterAll(() => desk.remove());

  it("changes nothing where a secret is missing, or the engine, or a program for Compose", async () => {
    const deploy = ["deploy", "--target", "compose"];
    expect(await desk.failure(deploy)).toEqual(["SECRET_MISSING", 78]);
    expect(await desk.failure(deploy, { ...SECRET, DOCKER_HOST: "unix:///nowhere.sock" })).toEqual(["ENGINE_UNAVAILABLE", 69]);
    expect(await desk.failure(deploy, { ...SECRET, PATH: desk.folder })).toEqual(["COMPOSE_UNAVAILABLE", 69]);
    const tags = await fetch(`http://${registry}/v2/rollout-compose/${desk.name}/tags/list`);
    expect(tags.status).toBe(404);
  }, 60_000);

  it("deploys by digest, and awaits health", async () => {
    first = await desk.document(["deploy", "--target", "compose"], SECRET);
    expect(at(first, "deployment")).toMatchObject({ target: "compose", result: "succeeded", sequence: 1 });
    expect(await desk.greeting(first)).toBe(GREETING);
    const info = await desk.inspect(textAt(first, "container", "id"));
    expect(info.Config.Image).toBe(textAt(first, "image", "reference"));
    expect(info.Config.Env).toContain(`SHOP_KEY=${SECRET.SHOP_KEY}`);
    expect(info.Config.Labels).toMatchObject({ team: "shop", "dev.vox.environment": "production" });
    expect(info.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      Memory: 256 * 1024 * 1024,
      PidsLimit: 200,
    });
  }, 90_000);

  it("does nothing when nothing changed", async () => {
    const again = await desk.document(["deploy", "--target", "compose"], SECRET);
    expect(at(again, "deployment")).toMatchObject({ result: "unchanged", steps: [] });
    expect(at(again, "container", "id")).toBe(at(first, "container", "id"));
  }, 60_000);

  it("does not touch a project that is another environment's", async () => {
    expect(await desk.failure(["deploy", "staging", "--target", "compose"], SECRET)).toEqual(["DEPLOY_UNSUPPORTED", 65]);
    expect(await desk.history("staging")).toEqual([]);
    expect(await desk.containers()).toHaveLength(1);
  }, 60_000);

  it("brings up what changed", async () => {
    desk.greet("Welcome back");
    second = await desk.document(["deploy", "--target", "compose"], SECRET);
    expect(await desk.greeting(second)).toBe("Welcome back");
  }, 90_000);

  it("sets the environment's tag where whoever deployed was killed before that", async () => {
    const manifests = `http://${registry}/v2/rollout-compose/${desk.name}/manifests`;
    const type = "application/vnd.oci.image.index.v1+json";
    const old = await fetch(`${manifests}/${textAt(first, "image", "digest")}`, { headers: { accept: type } });
    await fetch(`${manifests}/production`, { method: "PUT", headers: { "content-type": type }, body: await old.text() });
    const again = await desk.document(["deploy", "--target", "compose"], SECRET);
    expect(at(again, "deployment", "result")).toBe("unchanged");
    const list = at(await desk.document(["deployments", "production"]), "environments", 0);
    expect(at(list, "tag")).toBe(textAt(second, "image", "digest"));
  }, 60_000);

  it("puts the previous version back when the new one is unhealthy, and exits 1 saying so", async () => {
    desk.breakHealth();
    const run = await desk.vox(["deploy", "--target", "compose", "--json"], SECRET);
    expect(at(run.json(), "error")).toMatchObject({
      code: "DEPLOY_FAILED",
      message: "deployment 3 of `production` failed: deployment 2 was put back",
    });
    expect(run.exitCode).toBe(1);
    expect(await desk.history()).toEqual(["3 rolled-back", "2 succeeded", "1 succeeded"]);
    const list = at(await desk.document(["deployments", "production"]), "environments", 0);
    expect(at(list, "tag")).toBe(textAt(second, "image", "digest"));
    desk.mendHealth();
  }, 120_000);

  it("goes back to the deployment before", async () => {
    const back = await desk.document(["rollback"], SECRET);
    expect(at(back, "to")).toMatchObject({ sequence: 1, image: textAt(first, "image", "digest") });
    expect(await desk.greeting(back)).toBe(GREETING);
    const list = at(await desk.document(["deployments", "production"]), "environments", 0);
    expect(at(list, "tag")).toBe(textAt(first, "image", "digest"));
  }, 90_000);

  it.each([
    ["2", findOracle("docker-compose")],
    ["5", findOracle("docker-compose-5")],
  ])(
    "publishes the file as the artifact that Docker Compose %s reads",
    async (version, program) => {
      if (program === undefined) return;
      const reference = `oci://${registry}/rollout-compose/${desk.name}-compose:production`;
      // To a registry without TLS, 2 goes by a variable of its own tests, and 5 by an option.
      const insecure = version === "5" ? ["--insecure-registry", registry ?? ""] : [];
      const { stdout } = await promisify(execFile)(
        program,
        [...insecure, "-f", reference, "-p", "read", "config", "--images"],
        {
          env: {
            PATH: process.env["PATH"] ?? "",
            HOME: desk.desk.folder,
            __TEST__INSECURE__REGISTRY__: "1",
            ...SECRET,
          },
        },
      );
      expect(stdout.trim()).toBe(textAt(second, "image", "reference"));
    },
    60_000,
  );

  it("shows the value of a secret in no record and no rendered file", async () => {
    const run = await desk.vox(["deployments", "--json"], SECRET);
    expect(run.stdout).not.toContain("ecret");
    expect(desk.desk.env["VOX_DATA_DIR"]).toBeDefined();
    expect(desk.renderedFile()).toContain("${SHOP_KEY:?the secret SHOP_KEY is not set}");
    expect(desk.renderedFile()).not.toContain("ecret:");
  }, 60_000);
});

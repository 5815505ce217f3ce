import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killedAt } from "../support/killed-at.ts";
import { portOf } from "../support/loopback-port.ts";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at, textAt } from "../support/vox-cli.ts";

const docker = await requireService("docker");

describe.skipIf(docker === undefined)("vox deploy --run on a real engine", () => {
  let desk: RolloutDesk;
  let first: unknown;
  let second: unknown;

  const stepKinds = (document: unknown): unknown => {
    const steps = at(document, "deployment", "steps");
    return Array.isArray(steps) ? steps.map((_, index) => at(steps, index, "kind")) : steps;
  };

  beforeAll(async () => {
    desk = await rolloutDesk({ dockerHost: docker ?? "", container: 'secrets = ["SHOP_KEY"]' });
  }, 120_000);

  afterAll(() => desk.remove());

  const SECRET = { SHOP_KEY: "correct horse battery staple" };

  it("changes nothing when a secret is missing", async () => {
    const run = await desk.vox(["deploy", "--run", "--json"]);
    expect(run.exitCode).toBe(78);
    expect(at(run.json(), "error")).toMatchObject({ code: "SECRET_MISSING", message: "not set: the secret `SHOP_KEY`" });
    expect(await desk.history()).toEqual([]);
  }, 60_000);

  it("prints the plan with --dry-run, and does nothing", async () => {
    const document = await desk.document(["deploy", "--run", "--dry-run"], SECRET);
    expect(at(document, "deployment", "result")).toBe("planned");
    expect(stepKinds(document)).toEqual(["load-image", "start-container", "await-health"]);
    expect(await desk.history()).toEqual([]);
  }, 60_000);

  it("deploys, and awaits health", async () => {
    first = await desk.document(["deploy", "--run"], SECRET);
    expect(at(first, "deployment", "result")).toBe("succeeded");
    expect(await desk.greeting(first)).toBe(GREETING);
    expect(await desk.history()).toEqual(["1 succeeded"]);
  }, 60_000);

  it("does nothing when nothing changed", async () => {
    const again = await desk.document(["deploy", "--run"], SECRET);
    expect(at(again, "deployment")).toMatchObject({ result: "unchanged", steps: [] });
    expect(at(again, "container", "id")).toBe(at(first, "container", "id"));
  }, 60_000);

  it("replaces the container after a change, the old one running until the new one is well", async () => {
    desk.greet("Welcome back");
    second = await desk.document(["deploy", "--run"], SECRET);
    expect(stepKinds(second)).toEqual(["load-image", "start-container", "await-health", "remove-container"]);
    expect(await desk.greeting(second)).toBe("Welcome back");
    expect(at(second, "container", "id")).not.toBe(at(first, "container", "id"));
  }, 60_000);

  it("puts the previous version back when the new one is unhealthy, and exits 1 saying so (`rollout-put-back`)", async () => {
    desk.breakHealth();
    const run = await desk.vox(["deploy", "--run", "--json"], SECRET);
    expect(run.exitCode).toBe(1);
    expect(at(run.json(), "error")).toMatchObject({
      code: "DEPLOY_FAILED",
      message: "deployment 3 of `production` failed: deployment 2 was put back",
    });
    expect(await desk.greeting(second)).toBe("Welcome back");
    expect(await desk.history()).toEqual(["3 rolled-back", "2 succeeded", "1 succeeded"]);
    desk.mendHealth();
  }, 90_000);

  it("goes back to the deployment before, and to a number", async () => {
    const back = await desk.document(["rollback"], SECRET);
    expect(await desk.greeting(back)).toBe(GREETING);
    const forward = await desk.document(["rollback", "--to", "2"], SECRET);
    expect(await desk.greeting(forward)).toBe("Welcome back");
    expect(await desk.history()).toEqual(["5 succeeded", "4 succeeded", "3 rolled-back", "2 succeeded", "1 succeeded"]);
    const unknown = await desk.vox(["rollback", "--to", "99", "--json"], SECRET);
    expect(unknown.exitCode).toBe(1);
    expect(at(unknown.json(), "error", "code")).toBe("DEPLOYMENT_UNKNOWN");
  }, 90_000);

  it("replaces the container for a new value of a secret, and shows the value nowhere", async () => {
    const value = "a value that nobody may see";
    const run = await desk.vox(["deploy", "--run", "--json", "--verbose"], { SHOP_KEY: value });
    expect(run.exitCode).toBe(0);
    expect(textAt(run.json(), "deployment", "steps", 0, "cause")).toContain("the value of `SHOP_KEY` is another one");
    const list = await desk.vox(["deployments", "--json"]);
    expect(run.stdout + run.stderr + list.stdout).not.toContain(value);
  }, 60_000);

  it("finishes what a killed deployment had begun, having waited for what it had started", async () => {
    desk.greet("Welcome after all");
    await killedAt(desk, ["deploy", "--run"], "wait for", SECRET);
    const document = await desk.document(["deploy", "--run"], SECRET);
    expect(stepKinds(document)).toEqual(["await-health", "remove-container"]);
    expect(await desk.greeting(document)).toBe("Welcome after all");
    expect((await desk.history()).slice(0, 2)).toEqual(["8 succeeded", "7 interrupted"]);
    desk.greet("Welcome back");
  }, 60_000);

  it("asks over HTTP where the check is one, and gives up on a container that ends", async () => {
    const toml = desk.read("Vox.toml");
    const http = toml.replace(/command = \[[^\]]+\]/, 'http = "/healthz"');
    desk.write("Vox.toml", http);
    const document = await desk.document(["deploy", "--run"], SECRET);
    expect(await desk.greeting(document)).toBe("Welcome back");
    desk.write("Vox.toml", http.replace(/cmd = .*/, 'cmd = ["/bin/busybox", "false"]'));
    const run = await desk.vox(["deploy", "--run", "--json"], SECRET);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/ended with exit code 1|ended, and the engine started it again/);
    desk.write("Vox.toml", toml);
  }, 60_000);

  it("lets one of two win who deploy at once on one machine, and tells the other", async () => {
    desk.greet("Welcome, both");
    const runs = await Promise.all([1, 2].map(() => desk.vox(["deploy", "--run", "--json"], SECRET)));
    const told = runs.filter(({ exitCode }) => exitCode !== 0);
    for (const run of told) expect([run.exitCode, at(run.json(), "error", "code")]).toEqual([75, "DEPLOY_BUSY"]);
    expect(told.length).toBeLessThan(2);
    expect(await desk.containers()).toHaveLength(1);
    expect(await desk.greeting(await desk.document(["deploy", "--run"], SECRET))).toBe("Welcome, both");
  }, 60_000);

  it("starts the old container again when the port of the new one is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    try {
      desk.edit("Vox.toml", "ports = [3000]", `ports = [3000]\npublish = ["${portOf(server)}:3000"]`);
      const run = await desk.vox(["deploy", "--run", "--json"], SECRET);
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toContain("was put back");
      expect((await desk.history())[0]).toMatch(/rolled-back$/);
    } finally {
      server.close();
    }
  }, 60_000);
});

const podman = await requireService("podman");

describe.skipIf(podman === undefined)("vox deploy --run on Podman", () => {
  let desk: RolloutDesk;

  beforeAll(async () => {
    desk = await rolloutDesk({ dockerHost: podman ?? "" });
  });

  afterAll(() => desk.remove());

  it("deploys, replaces, and puts back what does not stay up", async () => {
    expect(await desk.greeting(await desk.document(["deploy", "--run"]))).toBe(GREETING);
    desk.greet("Welcome back");
    const second = await desk.document(["deploy", "--run"]);
    expect(await desk.greeting(second)).toBe("Welcome back");
    desk.edit("Vox.toml", 'cmd = ["/bin/busybox", "httpd"', 'cmd = ["/bin/busybox", "false"');
    expect(await desk.failure(["deploy", "--run"])).toEqual(["DEPLOY_FAILED", 1]);
    expect(await desk.containers()).toEqual([textAt(second, "container", "id")]);
  }, 120_000);
});

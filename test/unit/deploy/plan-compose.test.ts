import { describe, expect, it } from "vitest";
import type { ContainerState } from "../../../src/container/engine/engine.ts";
import { digestOf } from "../../../src/core/digest.ts";
import type { ComposeDesired } from "../../../src/deploy/compose/compose-desired.ts";
import { composeArguments, givesSecretFiles, renewAction, upAction } from "../../../src/deploy/compose/compose-program.ts";
import { type ComposeObserved, planCompose } from "../../../src/deploy/compose/plan-compose.ts";
import { desiredJson, parseDesired } from "../../../src/deploy/desired.ts";
import { healthWaitOf } from "../../../src/deploy/health-wait.ts";

const desiredOf = (change: Partial<ComposeDesired> = {}): ComposeDesired => ({
  kind: "compose",
  environment: "production",
  project: "shop",
  service: "shop",
  services: ["cache", "shop"],
  image: digestOf("new"),
  reference: "registry.example/shop@sha256:new",
  file: "services: {}\n",
  secrets: [],
  secretFiles: false,
  health: healthWaitOf(undefined),
  ...change,
});

const stateOf = (change: Partial<ContainerState> = {}): ContainerState => ({
  status: "running",
  exitCode: 0,
  restarts: 0,
  env: [],
  image: "sha256:id",
  labels: {},
  ports: [],
  ...change,
});

const running = (change: Partial<ContainerState> = {}) => [
  { service: "cache", state: stateOf() },
  { service: "shop", state: stateOf(change) },
];

function planOf(observed: Partial<ComposeObserved>, changedSecrets: readonly string[] = []) {
  const plan = planCompose({
    desired: desiredOf(),
    observed: { lacksImage: false, services: [], imageId: "sha256:id", isSettled: true, ...observed },
    changedSecrets,
  });
  const told = (steps: typeof plan.steps) => steps.map(({ kind, subject, cause }) => `${kind} ${subject}: ${cause}`);
  return { steps: told(plan.steps), undo: told(plan.undo) };
}

const OLD = desiredOf({ image: digestOf("old") });

describe("the plan of Compose", () => {
  it("brings the project up for the first time, and would take it down again", () => {
    expect(planOf({ lacksImage: true })).toEqual({
      steps: [
        "load-image registry.example/shop@sha256:new: the engine does not hold it",
        "compose-up shop: nothing runs",
        "await-health cache: the deployment is done when it is well",
        "await-health shop: the deployment is done when it is well",
      ],
      undo: ["compose-down shop: nothing ran before"],
    });
  });

  it("would bring up again what was deployed last", () => {
    expect(planOf({ services: running(), last: OLD }).undo).toEqual([
      `compose-put-back shop: \`${OLD.image.slice(7, 19)}\` ran before`,
      "await-health cache: it is put back when it is well",
      "await-health shop: it is put back when it is well",
    ]);
  });

  it("has nothing to do when all is as it should be", () => {
    expect(planOf({ services: running(), last: desiredOf() })).toEqual({ steps: [], undo: [] });
  });

  it.each<[string, Partial<ComposeObserved>, readonly string[], string]>([
    ["another image", { services: running(), last: OLD }, [], `\`${OLD.image.slice(7, 19)}\` was deployed last`],
    [
      "another file",
      { services: running(), last: desiredOf({ file: "x" }) },
      [],
      "the rendered file is another one than was deployed last",
    ],
    ["what was never recorded", { services: running() }, [], "what runs was not recorded"],
    ["a service that is gone", { services: running().slice(1), last: desiredOf() }, [], "`cache` does not run"],
    [
      "a service that is unhealthy",
      { services: running({ health: "unhealthy" }), last: desiredOf() },
      [],
      "`shop` is unhealthy",
    ],
    ["a service that has ended", { services: running({ status: "exited" }), last: desiredOf() }, [], "`shop` is exited"],
    [
      "a deployment that was cut off",
      { services: running(), last: desiredOf(), isSettled: false },
      [],
      "the deployment after it did not end",
    ],
    [
      "an image that somebody else brought up",
      { services: running({ image: "sha256:other" }), last: desiredOf() },
      [],
      "`shop` runs another image than was deployed",
    ],
    ["an application that has ended", { services: running({ status: "exited" }), last: desiredOf() }, [], "`shop` is exited"],
    ["another secret", { services: running(), last: desiredOf() }, ["KEY"], "the value of `KEY` is another one than runs"],
  ])("says that it is for %s", (_, observed, changed, cause) => {
    expect(planOf(observed, changed).steps[0]).toBe(`compose-up shop: ${cause}`);
  });

  it("lets a service beside the application end, when it ended well", () => {
    const beside = (exitCode: number) => [
      { service: "cache", state: stateOf({ status: "exited", exitCode }) },
      ...running().slice(1),
    ];
    expect(planOf({ services: beside(0), last: desiredOf() }).steps).toEqual([]);
    expect(planOf({ services: beside(1), last: desiredOf() }).steps[0]).toBe("compose-up shop: `cache` is exited");
  });

  it("makes the application's container anew for a new value in a file, which Compose does not see", () => {
    const desired = desiredOf({ secrets: ["KEY"], secretFiles: true });
    const observed = { lacksImage: false, imageId: "sha256:id", services: running(), last: desired, isSettled: true };
    const { steps } = planCompose({ desired, observed, changedSecrets: ["KEY"] });
    expect(steps.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      "compose-renew shop",
      "compose-up shop",
      "await-health cache",
      "await-health shop",
    ]);
    expect(planCompose({ desired, observed, changedSecrets: [] }).steps).toEqual([]);
  });

  it("is made of what a record holds", () => {
    expect(parseDesired(desiredJson(desiredOf()), "it")).toEqual(desiredOf());
  });
});

describe("the arguments of a Compose program", () => {
  const call = { project: "shop", file: "/data/compose.yaml", folder: "/app" };
  it.each([
    ["docker compose" as const, ["compose", "-p", "shop", "-f", "/data/compose.yaml", "--project-directory", "/app"]],
    ["docker-compose" as const, ["-p", "shop", "-f", "/data/compose.yaml", "--project-directory", "/app"]],
    ["podman-compose" as const, ["-p", "shop", "-f", "/data/compose.yaml"]],
  ])("of `%s` hold no value of a secret, and build nothing", (flavour, head) => {
    expect(composeArguments(flavour, call, upAction(flavour, ["shop"]))).toEqual([
      ...head,
      "up",
      "-d",
      "--no-build",
      "--remove-orphans",
      ...(flavour === "podman-compose" ? ["--force-recreate"] : []),
      "shop",
    ]);
  });

  it("make one container anew, and nothing that it depends on", () => {
    expect(renewAction("shop")).toEqual(["up", "-d", "--no-build", "--no-deps", "--force-recreate", "shop"]);
  });

  it.each([
    ["docker compose" as const, "Docker Compose version v2.40.3", true],
    ["docker-compose" as const, "Docker Compose version 2.26.1", true],
    ["docker-compose" as const, "Docker Compose version dev", true],
    ["docker-compose" as const, "docker-compose version 1.29.2, build unknown", false],
    ["podman-compose" as const, "podman-composer version  1.0.3", false],
  ])("give no secrets as files where `%s` says `%s` and cannot: %s", (flavour, version, can) => {
    expect(givesSecretFiles(flavour, version)).toBe(can);
  });
});

describe("how long health is awaited", () => {
  it.each([
    [undefined, { kind: "running", timeoutMs: 30_000 }],
    [{ kind: "command", command: ["x"] } as const, { kind: "command", command: ["x"], timeoutMs: 210_000 }],
    [
      { kind: "http", path: "/", port: 80, intervalMs: 1_000, timeoutMs: 1_000, retries: 2, startPeriodMs: 5_000 } as const,
      { kind: "http", path: "/", port: 80, timeoutMs: 39_000 },
    ],
  ])("for %j is %j", (check, expected) => {
    expect(healthWaitOf(check)).toEqual(expected);
  });
});

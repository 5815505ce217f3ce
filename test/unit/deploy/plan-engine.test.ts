import { describe, expect, it } from "vitest";
import type { ContainerState } from "../../../src/container/engine/engine.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { engineDesired, type EngineDesired, fingerprintOf } from "../../../src/deploy/engine/desired-container.ts";
import { LABEL } from "../../../src/deploy/labels.ts";
import type { PlanStep } from "../../../src/deploy/plan.ts";
import { type ObservedContainer, planEngine } from "../../../src/deploy/engine/plan-engine.ts";
import { parseDesired, desiredJson } from "../../../src/deploy/desired.ts";
import { parsePort } from "../../../src/deploy/parse-port.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import { failureOf, intentOf } from "../container/fixtures.ts";

const desiredOf = (change: Partial<ContainerIntent> = {}, image = "new"): EngineDesired =>
  engineDesired(
    { environment: "production", target: "container", runtime: "auto", container: intentOf({ ports: [3000], ...change }) },
    { digest: digestOf(image), reference: `storefront:${image}` },
  );

const containerOf = (name: string, desired: EngineDesired, change: Partial<ContainerState> = {}): ObservedContainer => ({
  name,
  state: {
    status: "running",
    exitCode: 0,
    restarts: 0,
    env: [],
    image: "sha256:id",
    labels: { [LABEL.desired]: fingerprintOf(desired), [LABEL.image]: desired.image },
    ports: desired.ports.map((port) => ({ container: port.container, host: port.host ?? 49_153, address: "127.0.0.1" })),
    ...change,
  },
});

const NEW = desiredOf();
const OLD_IMAGE = desiredOf({}, "old");
const FIXED = desiredOf({ publish: ["8080:3000"] });

interface Case {
  readonly desired?: EngineDesired;
  readonly containers?: readonly ObservedContainer[];
  readonly holdsImage?: boolean;
  readonly changedSecrets?: readonly string[];
  readonly isSettled?: boolean;
}

function planOf({ desired = NEW, containers = [], holdsImage = true, changedSecrets = [], isSettled = true }: Case) {
  const plan = planEngine({ desired, observed: { holdsImage, containers }, sequence: 4, changedSecrets, isSettled });
  const told = (steps: typeof plan.steps) => steps.map(({ kind, subject, cause }) => `${kind} ${subject}: ${cause}`);
  return { steps: told(plan.steps), undo: told(plan.undo) };
}

const BEFORE = "it replaces nothing before it is well";

describe("the plan of an engine", () => {
  it("starts the first container", () => {
    expect(planOf({ holdsImage: false })).toEqual({
      steps: [
        "load-image storefront:new: the engine does not hold it",
        "start-container storefront-production-4: nothing runs",
        `await-health storefront-production-4: ${BEFORE}`,
      ],
      undo: ["remove-container storefront-production-4: it is not well"],
    });
  });

  it("has nothing to do when the container runs as it should", () => {
    expect(planOf({ containers: [containerOf("a", NEW)] })).toEqual({ steps: [], undo: [] });
  });

  it("waits for what a deployment that was cut off had started, before it takes away what ran before", () => {
    const wait = "await-health a: the deployment that started it did not end";
    const undo = ["remove-container a: it is not well"];
    expect(planOf({ containers: [containerOf("a", NEW)], isSettled: false })).toEqual({ steps: [wait], undo });
    const [old, stopped] = [containerOf("b", OLD_IMAGE), containerOf("c", OLD_IMAGE, { status: "exited" })];
    expect(planOf({ containers: [containerOf("a", NEW), old, stopped], isSettled: false })).toEqual({
      steps: [wait, "remove-container b: `a` runs in its place", "remove-container c: `a` runs in its place"],
      undo: [...undo, "resume-container c: it ran before", "await-health c: it is put back when it is well"],
    });
  });

  it("starts a new container beside the old one, which goes when the new one is well", () => {
    const old = containerOf("storefront-production-3", desiredOf({}, "old"));
    const image = digestOf("new").slice(7, 19);
    expect(planOf({ containers: [old] })).toEqual({
      steps: [
        `start-container storefront-production-4: \`storefront-production-3\` runs another image than \`${image}\``,
        `await-health storefront-production-4: ${BEFORE}`,
        "remove-container storefront-production-3: `storefront-production-4` runs in its place",
      ],
      undo: ["remove-container storefront-production-4: it is not well"],
    });
  });

  it("stops the old one first only when both would publish the same port, and starts it again when the new one fails", () => {
    const old = containerOf("storefront-production-3", desiredOf({ publish: ["8080:3000"] }, "old"));
    const { steps, undo } = planOf({ desired: FIXED, containers: [old] });
    expect(steps[0]).toBe("stop-container storefront-production-3: it holds a port that can be published once only");
    expect(undo).toEqual([
      "remove-container storefront-production-4: it is not well",
      "resume-container storefront-production-3: it ran before",
      "await-health storefront-production-3: it is put back when it is well",
    ]);
    expect(planOf({ desired: desiredOf({ publish: ["8081:3000"] }), containers: [old] }).steps[0]).toMatch(/^start-container/);
  });

  it.each<[string, Case, string]>([
    [
      "other settings",
      { containers: [containerOf("a", desiredOf({ user: "1:1", writable: ["x"] }), { labels: { [LABEL.image]: NEW.image } })] },
      "`a` runs with other settings",
    ],
    ["an unhealthy container", { containers: [containerOf("a", NEW, { health: "unhealthy" })] }, "`a` is unhealthy"],
    ["a container that has ended", { containers: [containerOf("a", NEW, { status: "exited" })] }, "`a` is exited"],
    [
      "a secret of another value",
      { containers: [containerOf("a", NEW)], changedSecrets: ["KEY"] },
      "the value of `KEY` is another one than `a` has",
    ],
  ])("says why it replaces %s", (_, input, cause) => {
    expect(planOf(input).steps[0]).toBe(`start-container storefront-production-4: ${cause}`);
  });

  it("takes a name that is free, as another machine may have counted to the same number", () => {
    expect(planOf({ containers: [containerOf("storefront-production-4", desiredOf({}, "old"))] }).steps[0]).toMatch(
      /^start-container storefront-production-4\.2: /,
    );
  });
});

/** An engine as far as plans know it. */
class EngineModel {
  containers: readonly ObservedContainer[] = [];
  holdsImage = false;
  sequence = 0;
  isSettled = true;

  plan(desired: EngineDesired) {
    this.sequence += 1;
    const { containers, holdsImage, sequence, isSettled } = this;
    return planEngine({ desired, observed: { containers, holdsImage }, sequence, changedSecrets: [], isSettled });
  }

  act({ kind, subject }: PlanStep, desired: EngineDesired): void {
    const setStatus = (status: string): void => {
      this.containers = this.containers.map((container) =>
        container.name === subject ? { ...container, state: { ...container.state, status } } : container,
      );
    };
    if (kind === "load-image") this.holdsImage = true;
    if (kind === "start-container") this.containers = [containerOf(subject, desired), ...this.containers];
    if (kind === "stop-container") setStatus("exited");
    if (kind === "resume-container") setStatus("running");
    if (kind === "remove-container") this.containers = this.containers.filter(({ name }) => name !== subject);
  }

  deploy(desired: EngineDesired, steps = Number.POSITIVE_INFINITY): void {
    const plan = this.plan(desired);
    for (const step of plan.steps.slice(0, steps)) this.act(step, desired);
    this.isSettled = steps >= plan.steps.length;
  }
}

describe("a deployment that is killed between any two steps", () => {
  const [OLD, OLD_FIXED] = [OLD_IMAGE, desiredOf({ publish: ["8080:3000"] }, "old")];
  const cases = [
    ["beside the old one", OLD, NEW],
    ["in place of one that holds the port", OLD_FIXED, FIXED],
  ] as const;
  const killedAfter = cases.flatMap(([how, old, fresh]) => [0, 1, 2, 3, 4, 5].map((steps) => ({ how, old, fresh, steps })));

  it.each(killedAfter)(
    "after $steps, $how, is finished by the next one, and undone by deploying what ran",
    ({ old, fresh, steps }) => {
      for (const next of [fresh, old]) {
        const engine = new EngineModel();
        engine.deploy(old);
        engine.holdsImage = false;
        engine.deploy(fresh, steps);
        engine.deploy(next);
        expect(engine.containers.map(({ state }) => [state.status, state.labels[LABEL.image]])).toEqual([
          ["running", next.image],
        ]);
        expect(engine.plan(next)).toEqual({ steps: [], undo: [] });
      }
    },
  );

  it.each(cases)("and one that fails %s is put back by its own plan", (_, old, fresh) => {
    const engine = new EngineModel();
    engine.deploy(old);
    const { steps, undo } = engine.plan(fresh);
    const failing = steps.findIndex(({ kind }) => kind === "await-health");
    for (const step of [...steps.slice(0, failing), ...undo]) engine.act(step, fresh);
    expect(engine.containers.map(({ state }) => [state.status, state.labels[LABEL.image]])).toEqual([["running", old.image]]);
  });
});

describe("what an engine should run", () => {
  it("is in a record as it was, and holds no value of a secret", () => {
    const desired = desiredOf({
      secrets: ["KEY"],
      publish: ["127.0.0.1:8080:3000"],
      volumes: ["/data"],
      healthcheck: { kind: "command", command: ["x"] },
    });
    expect(parseDesired(desiredJson(desired), "it")).toEqual(desired);
    expect(desired).toMatchObject({ secrets: ["KEY"], volumes: { data: "/data" }, sealed: true, dropsCapabilities: true });
  });

  it.each([
    ["3000", { container: 3000 }],
    ["8080:3000", { container: 3000, host: 8080 }],
    ["127.0.0.1:8080:3000/tcp", { container: 3000, host: 8080, address: "127.0.0.1" }],
    ["[::1]:8080:3000", { container: 3000, host: 8080, address: "::1" }],
  ])("reads the port `%s`", (text, expected) => {
    expect(parsePort(text)).toEqual(expected);
  });

  it("refuses a port that is not TCP", () => {
    expect(failureOf(() => parsePort("53:53/udp"))).toBe(
      "MANIFEST_INVALID: `53:53/udp` is not a port that an engine can publish",
    );
  });
});

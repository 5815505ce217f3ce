import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argLines, isRoot, lowerDockerfile, lowerSteps } from "../../../src/container/dockerfile/lower-steps.ts";
import { execForm } from "../../../src/container/dockerfile/quote.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { type LowerSteps, plannedLower } from "../../../src/container/plan/lower-plan.ts";
import { pinnedDockerfile } from "../../../src/container/dockerfile/pinned-dockerfile.ts";
import { digestOf } from "../../../src/core/digest.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import type { DockerfileSource, LockedBaseImage } from "../../../src/project/materialized-project.ts";
import { AMD64, failureOf, projectOf } from "./fixtures.ts";

const lower = (change: Partial<LowerSteps> = {}): LowerSteps => ({
  kind: "steps",
  packages: [],
  run: [],
  buildArgs: {},
  ...change,
});

describe("the lower part of an image", () => {
  it("is planned for `packages` and `run`, and absent without them, whoever the builder is", () => {
    const project = projectOf({ intent: { packages: ["curl"], run: ["true"], buildArgs: { A: "1" } } });
    expect(plannedLower(project.deploy.container, project)).toEqual({
      kind: "steps",
      packages: ["curl"],
      run: ["true"],
      buildArgs: { A: "1" },
    });
    const plan = planImage(projectOf({ intent: { builder: "engine" } }), { voxVersion: "0" });
    expect(Object.keys(plan)).not.toContain("lower");
  });

  it("is a Dockerfile upon the base, with a step for the packages and one for each line", () => {
    const text = lowerDockerfile({ from: "base:1" }, lower({ run: ["echo a", "echo b"], buildArgs: { B: "2", A: "1" } }));
    expect(text).toBe('FROM base:1\nARG A\nARG B\nRUN ["/bin/sh","-c","echo a"]\nRUN ["/bin/sh","-c","echo b"]\n');
    expect(lowerSteps(lower({ packages: ["curl", "jq"], run: ["echo a"] })).map((step) => step.createdBy)).toEqual([
      "vox: packages curl jq",
      "vox: run echo a",
    ]);
  });

  it("is built by root, whoever the base's user is", () => {
    expect(lowerDockerfile({ from: "b", user: "node" }, lower())).toBe("FROM b\nUSER 0\n");
    expect(["", "0", "root", "root:root", "0:5", "node", "65532:65532", "00"].map(isRoot)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("never holds the value of a build argument", () => {
    const buildArgs = { TOKEN_URL: "https://example.com/secret" };
    expect(lowerDockerfile({ from: "b" }, lower({ buildArgs, run: ["true"] }))).not.toContain("secret");
    expect(argLines({ buildArgs })).toEqual(["ARG TOKEN_URL"]);
  });

  it("hands every shell line to the shell as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (line) => {
        const text = execForm(["/bin/sh", "-c", line]);
        expect(text).not.toContain("\n");
        expect(JSON.parse(text)).toEqual(["/bin/sh", "-c", line]);
      }),
    );
  });

  it("installs by a script that a shell understands", () => {
    const [step] = lowerSteps(lower({ packages: ["libstdc++6", "curl=7.88.1-10+deb12u5", "ca-certificates"] }));
    const script: unknown = JSON.parse((step?.instruction ?? "").slice("RUN ".length));
    expect(script).toEqual(["/bin/sh", "-c", expect.stringContaining("apk add --no-cache libstdc++6 curl=7.88.1-10+deb12u5")]);
    execFileSync("sh", ["-n", "-c", Array.isArray(script) ? String(script[2]) : ""]);
  });
});

describe("a Dockerfile of the project's own", () => {
  const locked = (reference: string): LockedBaseImage => ({
    reference,
    digest: digestOf(reference),
    platforms: [{ platform: AMD64, digest: digestOf(`amd64 ${reference}`) }],
  });
  const planned = (text: string, intent: Partial<ContainerIntent> = {}) => {
    const source: DockerfileSource = { path: "Dockerfile", text, context: [] };
    const project = { dockerfile: source, baseImages: [locked("node:22"), locked("golang:1.22")] };
    const { deploy } = projectOf({ intent: { baseImage: "node:22", dockerfile: "Dockerfile", ...intent } });
    return plannedLower(deploy.container, project);
  };

  it("has every image that it names replaced by the locked one, and nothing else", () => {
    const text =
      "FROM golang:1.22 AS build\nRUN golang:1.22\nFROM docker.io/library/node:22\nCOPY --from=build /a /golang:1.22\n";
    const lower = planned(text);
    if (lower?.kind !== "dockerfile") throw new Error("no Dockerfile");
    expect(pinnedDockerfile(lower, ({ reference }) => `<${reference}>`)).toBe(
      "FROM <golang:1.22> AS build\nRUN golang:1.22\nFROM <node:22>\nCOPY --from=build /a /golang:1.22\n",
    );
  });

  it.each<[string, string, Partial<ContainerIntent>, string]>([
    [
      "an image that is not locked",
      "FROM a\nFROM node:22",
      {},
      "LOCK_STALE: `a`, which `dockerfile` names, is not in vox.lock",
    ],
    [
      "another base",
      "FROM golang:1.22",
      {},
      "DEPLOY_UNSUPPORTED: the last stage of `dockerfile` stands on `golang:1.22`, and `base_image` is `node:22`",
    ],
    [
      "steps beside it",
      "FROM node:22",
      { run: ["true"] },
      "DEPLOY_UNSUPPORTED: `packages` and `run` do not go together with a `dockerfile`",
    ],
  ])("is refused for %s", (_name, text, intent, failure) => expect(failureOf(() => planned(text, intent))).toBe(failure));
});

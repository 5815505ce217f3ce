import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argLines, isRoot, lowerDockerfile, lowerSteps } from "../../../src/container/dockerfile/lower-steps.ts";
import { execForm } from "../../../src/container/dockerfile/quote.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { type PlannedLower, plannedLower } from "../../../src/container/plan/lower-plan.ts";
import { projectOf } from "./fixtures.ts";

const lower = (change: Partial<PlannedLower> = {}): PlannedLower => ({
  kind: "steps",
  packages: [],
  run: [],
  buildArgs: {},
  ...change,
});

describe("the lower part of an image", () => {
  it("is planned for `packages` and `run`, and absent without them, whoever the builder is", () => {
    const { deploy } = projectOf({ intent: { packages: ["curl"], run: ["true"], buildArgs: { A: "1" } } });
    expect(plannedLower(deploy.container)).toEqual({
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

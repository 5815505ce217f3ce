import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT_HELP } from "../../src/cli/generated/root-help.ts";
import {
  generatedHelpModule,
  generatedPortabilityPolicyModule,
  generatedRegistryModule,
  generatedVersionModule,
  registryFrom,
} from "../../scripts/generated-modules.ts";
import { format, resolveConfig } from "prettier";

beforeAll(() => {
  execFileSync("node", ["scripts/build.mjs", "--if-stale"], { stdio: "inherit" });
}, 60_000);

const vox = (...args: readonly string[]) => spawnSync("node", ["dist/bin.js", ...args], { encoding: "utf8" });

describe("the built program", () => {
  it("prints its version without anything else", () => {
    const version: unknown = JSON.parse(readFileSync("package.json", "utf8")).version;
    for (const flag of ["--version", "-V"]) {
      const { status, stdout, stderr } = vox(flag);
      expect([status, stdout, stderr]).toEqual([0, `vox ${String(version)}\n`, ""]);
    }
  });

  it("prints the same help, made beforehand or now", () => {
    expect(vox("--help").stdout).toBe(ROOT_HELP);
    expect(vox("--no-progress", "--help").stdout).toBe(ROOT_HELP);
  });

  it("can be run by its own name", () => {
    expect(execFileSync("dist/bin.js", ["--version"], { encoding: "utf8" })).toMatch(/^vox /);
  });

  it("knows its own checkout to be in order", () => {
    expect(vox("ci", "docs-sync", "--check").stdout).toBe("ok: 1 check found nothing\n");
  });

  it("keeps stdout for data, and ends with the promised code", () => {
    const { status, stdout, stderr } = vox("install");
    expect([status, stdout]).toEqual([64, ""]);
    expect(stderr).toContain("`vox add`");
  });

  it("is quiet when its reader goes away", async () => {
    const { code, stderr } = await withClosedStdout(["ci", "command-compliance", "--format", "sarif"]);
    expect(stderr).toBe("");
    expect([0, 1]).toContain(code);
  });
});

/** Runs vox with a stdout that nobody reads. */
function withClosedStdout(args: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn("node", ["dist/bin.js", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

describe("what is generated is fresh", () => {
  const registry = registryFrom(readFileSync("contracts/cli/command-registry.yaml", "utf8"));

  it.each([
    ["src/cli/generated/command-registry.ts", generatedRegistryModule(registry)],
    ["src/cli/generated/root-help.ts", generatedHelpModule(registry)],
    [
      "src/policy/portability/generated/portability-policy.ts",
      generatedPortabilityPolicyModule(readFileSync("contracts/policy/portability-policy.yaml", "utf8")),
    ],
    ["src/config/generated/version.ts", generatedVersionModule(readFileSync("package.json", "utf8"))],
  ])("%s", async (path, text) => {
    expect(readFileSync(path, "utf8")).toBe(await format(text, { ...(await resolveConfig(path)), filepath: path }));
  });
});

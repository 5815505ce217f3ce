import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import configuration from "../../.dependency-cruiser.mjs";
import { checkImports, type ImportReport } from "../../scripts/import-rules.ts";

/** One violation of each rule: the rule, the file that breaks it, and what that file imports. */
const PLANTED: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ["errors-import-nothing", "src/errors/bad.ts", "../core/a.ts"],
  ["core-imports-errors-only", "src/core/bad.ts", "../oci/a.ts"],
  ["oci-and-archive-import-the-ground-only", "src/oci/bad.ts", "../archive/a.ts"],
  ["oci-and-archive-import-the-ground-only", "src/archive/bad.ts", "../pm/a.ts"],
  ["project-imports-core-only", "src/project/bad.ts", "../oci/a.ts"],
  ["contracts-import-values-only", "src/contracts/bad.ts", "../pm/a.ts"],
  ["pm-never-imports-container", "src/pm/bad.ts", "../container/a.ts"],
  ["pm-never-imports-container", "src/pm/deep/er/bad.ts", "../../../deploy/a.ts"],
  ["pm-never-imports-container", "src/pm/upwards.ts", "../ops/a.ts"],
  ["container-never-imports-pm", "src/container/bad.ts", "../pm/a.ts"],
  ["container-never-imports-pm", "src/deploy/bad.ts", "../pm/a.ts"],
  ["container-never-imports-pm", "src/render/bad.ts", "../ops/a.ts"],
  ["container-never-imports-pm", "src/attest/bad.ts", "../pm/a.ts"],
  ["config-imports-the-ground-only", "src/config/bad.ts", "../project/a.ts"],
  ["gates-import-what-they-are-given", "src/ci/bad.ts", "../cli/a.ts"],
  ["gates-import-what-they-are-given", "src/policy/bad.ts", "../pm/a.ts"],
  ["gates-import-what-they-are-given", "src/toolchain/bad.ts", "../runtime/a.ts"],
  ["ui-only-receives-events", "src/ui/bad.ts", "../ops/a.ts"],
  ["ops-know-no-front", "src/ops/bad.ts", "../ui/a.ts"],
  ["ops-know-no-front", "src/ops/wired.ts", "../runtime/a.ts"],
  ["runtime-knows-no-front", "src/runtime/bad.ts", "../cli/a.ts"],
  ["only-cli-and-runtime-import-ops", "src/ci/asks-ops.ts", "../ops/a.ts"],
  ["only-cli-imports-runtime", "src/pm/asks-runtime.ts", "../runtime/a.ts"],
  ["nothing-imports-cli", "src/ops/asks-cli.ts", "../cli/a.ts"],
  ["bin-starts-cli", "src/bin.ts", "./ops/a.ts"],
  ["io-shows-in-the-name", "src/pm/reads-files.ts", "node:fs/promises"],
  ["io-shows-in-the-name", "src/core/spawns.ts", "node:child_process"],
  ["io-shows-in-the-name", "src/oci/dials.ts", "node:net"],
  ["io-shows-in-the-name", "src/cli/asks-host.ts", "os"],
  ["sdks-are-io", "src/oci/fetches.ts", "undici"],
  ["sdks-are-io", "src/container/loads.ts", "dockerode"],
  ["sdks-are-io", "src/ops/runs.ts", "execa"],
  ["sdks-are-io", "src/pm/locks.ts", "proper-lockfile"],
  ["only-runtime-imports-io-files", "src/ops/picks.ts", "../pm/fs-cache.ts"],
  ["only-runtime-imports-io-files", "src/cli/picks.ts", "../container/engine-docker.ts"],
  ["workers-start-in-runtime", "src/archive/process-pack.ts", "node:worker_threads"],
  ["zod-where-data-enters", "src/pm/parses.ts", "zod"],
  ["commander-in-cli", "src/ops/parses.ts", "commander"],
  ["source-imports-no-tests", "src/pm/tested.ts", "../../test/a.ts"],
  ["no-cycles", "src/pm/left.ts", "./right.ts"],
  ["no-unresolved", "src/pm/lost.ts", "./nowhere.ts"],
  ["one-half-a-file", "src/cli/joins.ts", '../pm/a.ts";\nimport "../container/a.ts'],
];

/** What the rules allow: nothing is found about these. */
const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ["src/core/good.ts", "../errors/a.ts"],
  ["src/core/hash.ts", "node:crypto"],
  ["src/oci/good.ts", "../core/a.ts"],
  ["src/pm/fs-cache.ts", "node:fs"],
  ["src/pm/uses-archive.ts", "../archive/a.ts"],
  ["src/container/engine-docker.ts", "dockerode"],
  ["src/container/http-push.ts", "undici"],
  ["src/ops/joins.ts", '../pm/a.ts";\nimport "../container/a.ts'],
  ["src/runtime/wires.ts", "../pm/fs-cache.ts"],
  ["src/runtime/worker.ts", "node:worker_threads"],
  ["src/cli/good.ts", "../ops/a.ts"],
  ["src/contracts/good.ts", "zod"],
  ["src/config/good.ts", "zod"],
  ["src/pm/right.ts", "./left.ts"],
];

const ROOMS =
  "errors core oci archive project contracts pm container render deploy attest config ci policy toolchain ui ops runtime cli".split(
    " ",
  );

let folder = "";
let report: ImportReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-imports-"));
  await plant("test/a.ts", "");
  for (const room of ROOMS) await plant(`src/${room}/a.ts`, "");
  for (const [file, imported] of ALLOWED) await plant(file, imported);
  for (const [, file, imported] of PLANTED) await plant(file, imported);
  report = await checkImports(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

async function plant(file: string, imported: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(
    join(folder, file),
    imported === "" ? "export const a = 1;\n" : `import "${imported}";\nexport const a = 1;\n`,
  );
}

describe("the import rules", () => {
  it.each(PLANTED)("%s sees what is planted in %s", (rule, file) => {
    expect(report.faults.filter((fault) => fault.startsWith(`${rule}: ${file} → `))).not.toEqual([]);
  });

  it("each have a planted violation", () => {
    const rules = configuration.forbidden.map(({ name }) => name);
    expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set([...rules, "one-half-a-file"]));
  });

  it("find nothing in what is allowed", () => {
    const guilty = new Set(PLANTED.map(([, file]) => file));
    const others = report.faults.filter((fault) => ![...guilty].some((file) => fault.includes(`: ${file} → `)));
    expect(others).toEqual([]);
  });

  it("count imports of types as imports", async () => {
    const types = await mkdtemp(join(tmpdir(), "vox-imports-"));
    await mkdir(join(types, "src/pm"), { recursive: true });
    await mkdir(join(types, "src/container"), { recursive: true });
    await writeFile(join(types, "src/container/a.ts"), "export interface A { readonly x: 1 }\n");
    await writeFile(join(types, "src/pm/b.ts"), 'import type { A } from "../container/a.ts";\nexport const b: A = { x: 1 };\n');
    expect((await checkImports(types)).faults).toEqual(["pm-never-imports-container: src/pm/b.ts → src/container/a.ts"]);
    await rm(types, { recursive: true });
  });
});

describe("the real source", () => {
  it("is looked at, and keeps the rules", async () => {
    const { modules, faults } = await checkImports(process.cwd());
    expect(modules).toBeGreaterThan(50);
    expect(faults).toEqual([]);
  }, 60_000);
});

import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bashCompletions } from "../../../src/cli/completions/bash.ts";
import { completionTree } from "../../../src/cli/completions/completion-tree.ts";
import { fishCompletions } from "../../../src/cli/completions/fish.ts";
import { zshCompletions } from "../../../src/cli/completions/zsh.ts";
import { COMMAND_REGISTRY } from "../../../src/cli/generated/command-registry.ts";

const tree = completionTree(COMMAND_REGISTRY);

/** What bash offers for a line whose last word is being typed. */
function offered(line: string): readonly string[] {
  const words = line.split(" ");
  const script = `${bashCompletions(tree)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_vox
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", cwd: "/" });
  return output.split("\n").filter((word) => word !== "");
}

describe("bash", () => {
  it.each([
    ["vox loc", ["lock"]],
    ["vox p", ["package", "push", "pm"]],
    ["vox pm ", expect.arrayContaining(["publish", "--json"])],
    ["vox pm pub", ["publish"]],
    ["vox pm cache ", expect.arrayContaining(["dir", "status", "gc", "clear"])],
    ["vox pm cache gc --max", ["--max-age", "--max-size"]],
    ["vox --json pm pub", ["publish"]],
    ["vox sync --l", ["--locked", "--link-mode"]],
    ["vox sync --link-mode ", ["symlink", "hardlink", "copy"]],
    ["vox package --format oci", ["oci-layout"]],
    ["vox ci command-compliance --format s", ["sarif"]],
    ["vox completions ", expect.arrayContaining(["bash", "zsh", "fish"])],
    ["vox lock --color al", ["always"]],
    ["vox lock --locked --off", ["--offline"]],
    ["vox package --out us", ["usr"]],
    ["vox --ver", ["--verbose", "--version"]],
    ["vox nonsense loc", ["lock"]],
  ])("offers after `%s`", (line, words) => {
    expect(offered(line)).toEqual(words);
  });
});

/** By path: fish does not read the socket that a child's input is. */
function readByShell(shell: string, check: readonly string[], script: string): SpawnSyncReturns<string> {
  const folder = mkdtempSync(join(tmpdir(), "vox-completions-"));
  try {
    writeFileSync(join(folder, "script"), script);
    return spawnSync(shell, [...check, join(folder, "script")], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each([
  ["bash", bashCompletions, ["-n"]],
  ["zsh", zshCompletions, ["-n"]],
  ["fish", fishCompletions, ["--no-execute"]],
] as const)("the script for %s", (shell, render, check) => {
  it("is what was reviewed", async () => {
    await expect(render(tree)).toMatchFileSnapshot(`../../goldens/cli/completions.${shell}`);
  });

  const there = spawnSync(shell, ["--version"]).error === undefined;
  it.runIf(there || process.env["VOX_REQUIRE_SERVICES"] === "1")(
    `is read by ${shell}${there ? "" : ", which is not installed here"}`,
    () => {
      const { status, stderr } = readByShell(shell, check, render(tree));
      expect([status, stderr]).toEqual([0, ""]);
    },
  );
});

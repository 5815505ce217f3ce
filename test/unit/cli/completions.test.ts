import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { bashCompletions } from "../../../src/cli/completions/bash.ts";
import { completionTree } from "../../../src/cli/completions/completion-tree.ts";
import { fishCompletions } from "../../../src/cli/completions/fish.ts";
import { zshCompletions } from "../../../src/cli/completions/zsh.ts";
import { ERROR_CATALOGUE } from "../../../src/errors/catalogue.ts";
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
    ["vox explain LOCK_S", ["LOCK_STALE"]],
    ["vox verify --key et", ["etc"]],
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

/** What zsh and fish show for a line, by running them; bash is asked above for its words alone. */
const SHOWN: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["vox pm pub", ["publish"]],
  ["vox --json pm pub", ["publish"]],
  ["vox pm cache ", ["clear", "dir", "gc", "status"]],
  ["vox sync --l", ["--link-mode", "--locked"]],
  ["vox sync --link-mode ", ["symlink", "hardlink", "copy"]],
  ["vox pm cache gc --max", ["--max-age", "--max-size"]],
  ["vox completions ", ["bash", "zsh", "fish"]],
  ["vox explain LOCK_S", ["LOCK_STALE"]],
  ["vox push /us", ["/usr/"]],
  ["vox verify --key /etc/passw", ["/etc/passwd"]],
];

/** Drives a zsh on a terminal of its own: types the line, a tab, and what lists the rest. */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; print rea''dy"
zpty -r -m z out '*ready*'
zpty -w -n z "$2"$'\t\x04'
zpty -w z " ; print do''ne"
zpty -r -m z out '*done*'
zpty -d z
print -r -- "$out"
`;

const SHELLS = {
  zsh(line: string, folder: string): string {
    writeFileSync(join(folder, "_vox"), zshCompletions(tree));
    return execFileSync("zsh", ["-f", "-c", ZSH_DRIVER, "zsh", folder, line], { encoding: "utf8", timeout: 20_000 });
  },
  fish(line: string, folder: string): string {
    const script = join(folder, "vox.fish");
    writeFileSync(script, fishCompletions(tree));
    return execFileSync("fish", ["--no-config", "-c", `source ${script}; complete -C '${line}'`], { encoding: "utf8" });
  },
};

describe.each(["zsh", "fish"] as const)("%s", (shell) => {
  const there = spawnSync(shell, ["--version"]).error === undefined;
  describe.runIf(there || process.env["VOX_REQUIRE_SERVICES"] === "1")("as it runs", () => {
    it.each(SHOWN)("offers after `%s`", (line, words) => {
      const folder = mkdtempSync(join(tmpdir(), "vox-completions-"));
      try {
        const shown = stripVTControlCharacters(SHELLS[shell](line, folder));
        for (const word of words) expect(shown).toContain(word);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});

describe.each([
  ["bash", bashCompletions, ["-n"]],
  ["zsh", zshCompletions, ["-n"]],
  ["fish", fishCompletions, ["--no-execute"]],
] as const)("the script for %s", (shell, render, check) => {
  it("is what was reviewed", async () => {
    const script = render(tree).replace(Object.keys(ERROR_CATALOGUE).join(" "), "CODE…");
    await expect(script).toMatchFileSnapshot(`../../goldens/cli/completions.${shell}`);
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

import { describe, expect, it } from "vitest";
import { runValidators, selectValidators } from "../../../src/ci/command-compliance.ts";
import { fileTextsOf } from "../../../src/ci/file-texts.ts";
import type { ComplianceFacts } from "../../../src/ci/validator.ts";
import { VALIDATORS } from "../../../src/ci/validators.ts";
import { REAL_FACTS, withFile, withProgram } from "./facts.ts";
import { type Planted, PLANTED_IN_CODE, PLANTED_IN_PAGES, SOUND } from "./planted-pages.ts";
import { PLANTED_IN_PROMISES } from "./planted-promises.ts";
import { PLANTED_IN_TOOLCHAIN } from "./planted-toolchain.ts";

const REGISTRY = "contracts/cli/command-registry.yaml";
const CLI_PAGE = "docs/src/reference/cli.md";
const ERROR_PAGE = "docs/src/reference/errors.md";
const EXIT_PAGE = "docs/src/reference/exit-codes.md";
const VARIABLE_PAGE = "docs/src/reference/env-vars.md";

const edited = (path: string, from: string, to: string): ComplianceFacts => withFile(path, (text) => text.replace(from, to));
/** A fault in the entry of `vox lock`, wherever it stands. */
const editedLock = (from: string, to: string): ComplianceFacts =>
  withFile(REGISTRY, (text) => {
    const start = text.indexOf("  - path: lock\n");
    return text.slice(0, start) + text.slice(start).replace(from, to);
  });
/** Which entry `vox lock` is, from 0. */
const LOCK_INDEX = (REAL_FACTS.files.text(REGISTRY) ?? "")
  .split("\n")
  .filter((line) => line.startsWith("  - path: "))
  .indexOf("  - path: lock");
const removed = (path: string): ComplianceFacts => withFile(path, () => undefined);

describe("this checkout", () => {
  it.each(VALIDATORS.map(({ id, statement }) => [id, statement]))("%s: %s", (id) => {
    const findings = runValidators(selectValidators(VALIDATORS, [id]), REAL_FACTS);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

const PLANTED: Planted = [
  ...PLANTED_IN_CODE,
  ...PLANTED_IN_TOOLCHAIN,
  ...PLANTED_IN_PROMISES,
  ...PLANTED_IN_PAGES,
  ["registry-schema", "there is no command registry", removed(REGISTRY)],
  [
    "registry-schema",
    `commands.${LOCK_INDEX}.summary: Invalid input: expected string, received undefined`,
    edited(REGISTRY, "    summary: Write vox.lock from the manifests, base images included, or check it\n", ""),
  ],
  [
    "registry-schema",
    `commands.${LOCK_INDEX}: Unrecognized key: "colour"`,
    edited(REGISTRY, "  - path: lock\n", "  - path: lock\n    colour: red\n"),
  ],
  ["registry-schema", "`vox sync` is declared twice", edited(REGISTRY, "- path: lock\n", "- path: sync\n")],
  [
    "registry-schema",
    "`vox px publish` is in the group `px`, which is not declared",
    edited(REGISTRY, "- path: pm publish", "- path: px publish"),
  ],
  ["registry-schema", "`vox pm` is a group and a command", edited(REGISTRY, "- path: lock\n", "- path: pm\n")],
  [
    "registry-schema",
    "`vox init` is in the area `stones`, which is not declared",
    edited(
      REGISTRY,
      "    area: packages\n    docs: reference/cli.md#vox-init",
      "    area: stones\n    docs: reference/cli.md#vox-init",
    ),
  ],
  [
    "registry-schema",
    "`vox commands` lists 2, which is not an exit code of vox",
    edited(REGISTRY, "exit_codes: [0, 64, 70]", "exit_codes: [0, 2]"),
  ],
  ["registry-schema", "`vox lock` has the option `--json` twice", editedLock("      - name: locked\n", "      - name: json\n")],
  [
    "registry-program",
    "the program was made from another registry: run `npm run generate` and `npm run build`",
    edited(REGISTRY, "name: allow-dirty", "name: allow-mess"),
  ],
  [
    "registry-program",
    "`vox pm publish` declares `--allow-mess` and does not offer it",
    edited(REGISTRY, "name: allow-dirty", "name: allow-mess"),
  ],
  [
    "registry-program",
    "`vox pm publish` offers `--allow-dirty`, which is not declared",
    edited(REGISTRY, "name: allow-dirty", "name: allow-mess"),
  ],
  [
    "registry-program",
    "`vox sync` offers `--link-mode <MODE>` with other choices or another default than are declared",
    edited(REGISTRY, "default: symlink", "default: copy"),
  ],
  [
    "registry-program",
    "`vox init` has another summary than is declared",
    edited(REGISTRY, "Write a Vox.toml where", "Write the Vox.toml where"),
  ],
  ["registry-program", "`vox explain` takes other arguments than are declared", edited(REGISTRY, "name: CODE", "name: WORD")],
  [
    "registry-program",
    "`vox` declares `--loud` and does not offer it",
    edited(REGISTRY, "  - name: json\n", "  - name: loud\n"),
  ],
  [
    "registry-program",
    "`vox lock` is declared and not offered",
    withProgram(({ commands }) => ({ commands: commands.filter(({ path }) => path !== "lock") })),
  ],
  [
    "registry-program",
    "`vox install` is offered and not declared",
    withProgram(({ commands }) => ({ commands: [...commands, { path: "install", summary: "", arguments: [], options: [] }] })),
  ],
  [
    "registry-handlers",
    "no handler is named `lock`",
    withProgram(({ handlers }) => ({ handlers: handlers.filter((name) => name !== "lock") })),
  ],
  [
    "registry-handlers",
    "the handler `install` has no command",
    withProgram(({ handlers }) => ({ handlers: [...handlers, "install"] })),
  ],
  ["registry-handlers", "the handler `lock` exports no `run`", removed("src/cli/commands/lock.ts")],
  [
    "registry-handlers",
    "the handler `explain` exports no `run`",
    edited("src/cli/commands/explain.ts", "export function run", "function run"),
  ],
  ["registry-docs", "there is no reference of the commands: run `vox ci docs-sync --write`", removed(CLI_PAGE)],
  ["registry-docs", "`vox pm publish` has no heading", edited(CLI_PAGE, "## vox pm publish\n", "## pm publish\n")],
  ["registry-docs", "`vox install` has a heading and is not declared", edited(CLI_PAGE, "## vox lock\n", "## vox install\n")],
  ["registry-docs", "`reference/cli.md#vox-lock` is not there", edited(CLI_PAGE, "## vox lock\n", "## vox install\n")],
  [
    "registry-docs",
    "`reference/nowhere.md#vox-lock` is not there",
    edited(REGISTRY, "reference/cli.md#vox-lock", "reference/nowhere.md#vox-lock"),
  ],
  ["error-codes", "there is no reference of the errors: run `vox ci docs-sync --write`", removed(ERROR_PAGE)],
  ["error-codes", "`LOCK_STALE` is not explained", edited(ERROR_PAGE, "## LOCK_STALE\n", "## LOCK_OLD\n")],
  ["error-codes", "`LOCK_OLD` is explained and is no code", edited(ERROR_PAGE, "## LOCK_STALE\n", "## LOCK_OLD\n")],
  [
    "error-codes",
    "`COMPRESSOR_DIFFERS` is in the catalogue and nothing ends with it",
    edited("src/archive/compressor-proof.ts", '"COMPRESSOR_DIFFERS"', '"COMPRESSION_UNSUPPORTED"'),
  ],
  ["exit-codes", "there is no reference of the exit codes: run `vox ci docs-sync --write`", removed(EXIT_PAGE)],
  ["exit-codes", "exit code 130 is not documented", edited(EXIT_PAGE, "| 130 |", "| 131 |")],
  ["env-vars", "there is no reference of the variables: run `vox ci docs-sync --write`", removed(VARIABLE_PAGE)],
  ["env-vars", "`VOX_FROZEN` is not documented", edited(VARIABLE_PAGE, "| `VOX_FROZEN` ", "| `VOX_ICED` ")],
  [
    "error-codes",
    "`LOCK_STALE` was taken out of the catalogue: codes are permanent",
    edited("src/errors/package-codes.ts", "LOCK_STALE: entry", "LOCK_OLD: entry"),
  ],
  [
    "env-vars",
    "the program knows `VOX_FROZEN`, which is not in the list: run `npm run build`",
    edited("src/config/environment-variables.ts", '"VOX_FROZEN"', '"VOX_ICED"'),
  ],
  ["env-vars", "`VOX_ICED` is documented and is no variable of vox", edited(VARIABLE_PAGE, "| `VOX_FROZEN` ", "| `VOX_ICED` ")],
  [
    "env-vars",
    "`VOX_SECRET_SWITCH` is read and is not in the list of variables",
    withFile("src/ops/x.ts", () => 'const name = "VOX_SECRET_SWITCH";'),
  ],
  ["env-vars", "`HOME_BASE` is read and is not in the list of variables", withFile("src/ops/x.ts", () => 'env["HOME_BASE"]')],
  ["env-vars", "`HOME_BASE` is read and is not in the list of variables", withFile("src/ops/x.ts", () => "env.HOME_BASE")],
  [
    "env-vars",
    "`NO_COLOR` is in the list and nothing reads it",
    withFile("src/cli/presentation.ts", (text) => text.replaceAll("NO_COLOR", "TERM")),
  ],
  [
    "env-vars",
    "`vox lock` names the variable `VOX_ICED`, which is not in the list",
    editedLock("environment: VOX_LOCKED", "environment: VOX_ICED"),
  ],
  [
    "generated-files",
    "the file is not fresh: run `vox ci docs-sync --write`",
    edited("docs/src/reference/command-compliance.md", "`error-codes`", "`errors`"),
  ],
];

describe("a planted fault is found", () => {
  it.each(PLANTED)("%s: %s", (id, message, facts) => {
    const findings = runValidators(selectValidators(VALIDATORS, [id]), facts);
    const place = { file: expect.stringMatching(/./), line: expect.any(Number) };
    expect(findings).toContainEqual(expect.objectContaining({ id, severity: "error", message, ...place }));
  });

  it.each(SOUND)("%s finds nothing wrong in %s", (id, _what, facts) => {
    expect(runValidators(selectValidators(VALIDATORS, [id]), facts)).toEqual([]);
  });

  it("by each of the checks", () => {
    expect(new Set(PLANTED.map(([id]) => id))).toEqual(new Set(VALIDATORS.map(({ id }) => id)));
  });

  it("with its file and line", () => {
    const [finding] = runValidators(
      selectValidators(VALIDATORS, ["registry-schema"]),
      edited(REGISTRY, "exit_codes: [0, 64, 70]", "exit_codes: [0, 2]"),
    );
    const lines = (REAL_FACTS.files.text(REGISTRY) ?? "").split("\n");
    expect(finding?.file).toBe(REGISTRY);
    expect(lines[(finding?.line ?? 0) - 1]).toBe("  - path: commands");
  });
});

describe("a registry that cannot be read", () => {
  it("is one check's finding and no other check's crash", () => {
    const facts = withFile(REGISTRY, () => "commands: [");
    const known = runValidators(VALIDATORS, REAL_FACTS).map(({ message }) => message);
    const found = runValidators(VALIDATORS, facts).filter(({ message }) => !known.includes(message));
    expect(found.map(({ id }) => id)).toEqual(["registry-schema"]);
  });
});

describe("a checkout without its files", () => {
  it("is found out by each check that needs some, and crashes none", () => {
    const empty = { ...REAL_FACTS, files: fileTextsOf(new Map()) };
    const spoken = VALIDATORS.filter((validator) => validator.run(empty).length > 0).map(({ id }) => id);
    const needing =
      "registry-schema error-codes exit-codes env-vars generated-files lock-bound vocabulary image-metadata install-policy";
    const promising =
      "ci-workflow release-workflow required-pages invariants supported-runtimes policy-restated deferrals risks acceptance";
    expect(spoken).toEqual(expect.arrayContaining([...needing.split(" "), ...promising.split(" ")]));
  });

  it.each(["\u0000", "|", "| a |", "```\n# x", "# \n[](", "<!-- -->\n".repeat(50)])("nor does a page of %j", (text) => {
    const facts = withFile("docs/src/reference/vox-portability-ssot.md", () => text);
    expect(() => runValidators(VALIDATORS, facts)).not.toThrow();
  });
});

describe("the lane", () => {
  const chosen = selectValidators(VALIDATORS, ["acceptance", "links"]);
  const facts = withFile("docs/src/architecture/doc-to-code-acceptance-checklist.md", () => "# x\n\n[x](nowhere.md)\n");
  const severities = (lane: "local" | "ci" | "release") =>
    runValidators(chosen, facts, lane).map(({ id, severity }) => `${id} ${severity}`);

  it("makes advice of what is finished last, on a desk alone", () => {
    expect(new Set(severities("local"))).toEqual(new Set(["acceptance warning", "links error"]));
    expect(new Set(severities("ci"))).toEqual(new Set(["acceptance error", "links error"]));
    expect(severities("release")).toEqual(severities("ci"));
  });
});

describe("choosing checks", () => {
  it("runs those that are named, in their own order", () => {
    expect(selectValidators(VALIDATORS, ["error-codes", "registry-schema"]).map(({ id }) => id)).toEqual([
      "registry-schema",
      "error-codes",
    ]);
    expect(selectValidators(VALIDATORS, [])).toBe(VALIDATORS);
  });

  it("refuses a name that no check has", () => {
    expect(() => selectValidators(VALIDATORS, ["nonsense"])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

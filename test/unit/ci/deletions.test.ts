import { describe, expect, it } from "vitest";
import { runValidators, selectValidators } from "../../../src/ci/command-compliance.ts";
import type { ComplianceFacts } from "../../../src/ci/validator.ts";
import { VALIDATORS } from "../../../src/ci/validators.ts";
import { COMMAND_REGISTRY } from "../../../src/cli/generated/command-registry.ts";
import { ENVIRONMENT_VARIABLES } from "../../../src/config/environment-variables.ts";
import { NORMATIVE_PAGE } from "../../../src/ci/normative-page.ts";
import { EXIT } from "../../../src/errors/catalogue-entry.ts";
import { ERROR_CATALOGUE } from "../../../src/errors/catalogue.ts";
import { PORTABILITY_POLICY } from "../../../src/policy/portability/generated/portability-policy.ts";
import { REAL_FACTS, withFile } from "./facts.ts";

const REGISTRY = "contracts/cli/command-registry.yaml";
const CLI_PAGE = "docs/src/reference/cli.md";
const ERROR_PAGE = "docs/src/reference/errors.md";
const LIST = "src/config/environment-variables.ts";

/** The facts without the piece, which has to be there. */
function without(file: string, piece: RegExp): ComplianceFacts {
  expect(REAL_FACTS.files.text(file)).toMatch(piece);
  return withFile(file, (text) => text.replace(piece, ""));
}

const literal = (text: string): string => text.replaceAll(/[.[\]()|$]/g, "\\$&");
/** A heading with what stands below it. */
const section = (title: string): RegExp => new RegExp(`^## ${title}\n[\\s\\S]*?(?=^## |(?![\\s\\S]))`, "m");
/** An entry of a list in YAML, up to the next one of its depth or less. */
const entry = (indent: number, head: string): RegExp => new RegExp(`^ {${indent}}- ${head}\n(?: {${indent + 1}}.*\n)*`, "m");

function foundIn(file: string, facts: ComplianceFacts, ...ids: readonly string[]): void {
  const findings = runValidators(selectValidators(VALIDATORS, ids), facts);
  expect(findings).toContainEqual(expect.objectContaining({ severity: "error", file, line: expect.any(Number) }));
}

const COMMANDS = COMMAND_REGISTRY.commands.map(({ path }) => [path] as const);
const FIRST_OPTIONS = COMMAND_REGISTRY.commands.flatMap(({ path, options: [first] }) =>
  first === undefined ? [] : [[path, first.name] as const],
);
const VARIABLES = ENVIRONMENT_VARIABLES.map(({ name }) => [name] as const);
const CODES = Object.keys(ERROR_CATALOGUE).map((code) => [code] as const);

describe("to take away a documented", () => {
  it.each(COMMANDS)("command from the reference is found: %s", (path) => {
    foundIn(CLI_PAGE, without(CLI_PAGE, section(`vox ${path}`)), "registry-docs");
  });

  it.each(COMMANDS)("command from the registry is found: %s", (path) => {
    foundIn(REGISTRY, without(REGISTRY, entry(2, `path: ${path}`)), "registry-program");
  });

  it("option from the reference is found, whichever it is", () => {
    const lines = (REAL_FACTS.files.text(CLI_PAGE) ?? "").split("\n");
    const rows = lines.flatMap((line, index) => (/^\| (?:`-\w`, )?`--/.test(line) ? [index] : []));
    expect(rows.length).toBeGreaterThan(FIRST_OPTIONS.length);
    for (const row of rows) {
      const facts = withFile(CLI_PAGE, () => lines.toSpliced(row, 1).join("\n"));
      const findings = runValidators(selectValidators(VALIDATORS, ["generated-files"]), facts);
      expect(findings).toEqual([expect.objectContaining({ file: CLI_PAGE, line: row + 1 })]);
    }
  });

  it.each(FIRST_OPTIONS)("option from the registry is found: %s --%s", (path, option) => {
    const facts = withFile(REGISTRY, (text) => {
      const start = text.indexOf(`  - path: ${path}\n`);
      return text.slice(0, start) + text.slice(start).replace(entry(6, `name: "?${option}"?`), "");
    });
    foundIn(REGISTRY, facts, "registry-schema", "registry-program");
  });

  it.each(VARIABLES)("variable is found: %s", (name) => {
    const page = "docs/src/reference/env-vars.md";
    foundIn(page, without(page, new RegExp(`^\\| \`${name}\` .*\n`, "m")), "env-vars");
    foundIn(LIST, without(LIST, new RegExp(`^ {2}\\w+\\(\\s*"${name}",[\\s\\S]*?\\),\n`, "m")), "env-vars");
  });

  it.each(CODES)("error code is found: %s", (code) => {
    foundIn(ERROR_PAGE, without(ERROR_PAGE, section(code)), "error-codes");
    const home = REAL_FACTS.files
      .under("src/errors/")
      .find((path) => new RegExp(`^ {2}${code}: entry`, "m").test(REAL_FACTS.files.text(path) ?? ""));
    foundIn(
      "src/errors/catalogue.ts",
      without(home ?? "", new RegExp(`^ {2}${code}: entry\\([\\s\\S]*?\\),\n(?= {2}\\w| {2}//|\n|\\})`, "m")),
      "error-codes",
    );
  });

  it.each(Object.values(EXIT).map((code) => [code]))("exit code is found: %d", (code) => {
    const page = "docs/src/reference/exit-codes.md";
    foundIn(page, without(page, new RegExp(`^\\| ${code} \\|.*\n`, "m")), "exit-codes");
  });

  it.each(PORTABILITY_POLICY.invariants.map(({ id }) => [id]))("invariant is found: %s", (id) => {
    const policy = "contracts/policy/portability-policy.yaml";
    foundIn(NORMATIVE_PAGE, without(NORMATIVE_PAGE, new RegExp(`^\\| \`${id}\` .*\n`, "m")), "invariants");
    foundIn(policy, without(policy, entry(2, `id: ${id}`)), "invariants");
  });

  const pages = REAL_FACTS.files.under("docs/src/").filter((path) => path.endsWith(".md"));
  it.each(pages.map((path) => [path]))("page is found: %s", (path) => {
    const facts = withFile(path, () => undefined);
    const findings = runValidators(selectValidators(VALIDATORS, ["links", "required-pages"]), facts);
    const target = path.replace("docs/src/", "");
    expect(findings).toContainEqual(
      path === "docs/src/index.md"
        ? expect.objectContaining({ file: path, severity: "error" })
        : expect.objectContaining({
            file: "docs/src/index.md",
            message: `\`${target}\` leads nowhere`,
            line: expect.any(Number),
          }),
    );
  });

  it("line of the index is found: every page has to be on it", () => {
    const index = "docs/src/index.md";
    foundIn(index, without(index, new RegExp(literal("(reference/vox-lock.md)"))), "required-pages");
  });
});

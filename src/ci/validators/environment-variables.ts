import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import { declaredRegistry } from "../declared-registry.ts";
import { firstStaleLine, lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { renderEnvironmentReference } from "../reference/environment-reference.ts";
import { type ComplianceFacts, errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("env-vars");
const PAGE = "docs/src/reference/env-vars.md";
const LIST = "src/config/environment-variables.ts";

export const environmentVariables: Validator = {
  id: "env-vars",
  statement: "the list of variables, the reference, the registry and the names that the source reads agree",
  run: (facts) => [...pageFaults(facts), ...listFaults(facts), ...sourceFaults(facts), ...registryFaults(facts)],
};

const KNOWN: ReadonlySet<string> = new Set(ENVIRONMENT_VARIABLES.map((variable) => variable.name));

function pageFaults({ files }: ComplianceFacts): readonly Finding[] {
  const page = files.text(PAGE);
  if (page === undefined)
    return [finding("there is no reference of the variables: run `vox ci docs-sync --write`", { file: PAGE })];
  const documented = new Set([...page.matchAll(/^\| `([A-Z_]+)` /gm)].map((match) => match[1] ?? ""));
  return [
    ...[...KNOWN]
      .filter((name) => !documented.has(name))
      .map((name) =>
        finding(`\`${name}\` is not documented`, { file: PAGE, line: firstStaleLine(page, renderEnvironmentReference()) }),
      ),
    ...[...documented]
      .filter((name) => !KNOWN.has(name))
      .map((name) =>
        finding(`\`${name}\` is documented and is no variable of vox`, { file: PAGE, line: lineOf(page, `| \`${name}\` `) }),
      ),
  ];
}

/** A variable that was taken off the list is still in the program that was built before. */
function listFaults({ files }: ComplianceFacts): readonly Finding[] {
  const list = files.text(LIST) ?? "";
  return [...KNOWN]
    .filter((name) => !new RegExp(`^ {2}\\w+\\(\\s*"${name}",`, "m").test(list))
    .map((name) => finding(`the program knows \`${name}\`, which is not in the list: run \`npm run build\``, { file: LIST }));
}

/** A member of `env` or `environment` in capitals, by a dot or by a bracket, and any word that begins with `VOX_` and stands in a text. */
const READS =
  /\benv(?:ironment)?\.([A-Z][A-Z0-9_]+)\b|\benv(?:ironment)?\[["']([A-Z][A-Z0-9_]+)["']\]|["'`][^"'`\n]*?\b(VOX_[A-Z0-9_]+)\b/g;

function sourceFaults({ files }: ComplianceFacts): readonly Finding[] {
  const read = new Set<string>();
  const faults: Finding[] = [];
  for (const file of files
    .under("src/")
    .filter((path) => path.endsWith(".ts") && path !== LIST && !path.includes("/generated/"))) {
    const text = withoutInsertions(files.text(file) ?? "");
    for (const match of text.matchAll(READS)) {
      const name = match[1] ?? match[2] ?? match[3] ?? "";
      read.add(name);
      if (!KNOWN.has(name))
        faults.push(finding(`\`${name}\` is read and is not in the list of variables`, { file, line: lineOf(text, match[0]) }));
    }
  }
  const unread = ENVIRONMENT_VARIABLES.filter(({ name, status }) => status === "current" && !read.has(name));
  const list = files.text(LIST) ?? "";
  return [
    ...faults,
    ...unread.map(({ name }) =>
      finding(`\`${name}\` is in the list and nothing reads it`, { file: LIST, line: lineOf(list, `"${name}"`) }),
    ),
  ];
}

/** What stands in `${…}` is code and not text; blanks keep the lines. */
const withoutInsertions = (source: string): string => source.replaceAll(/\$\{[^}\n]*\}/g, (code) => " ".repeat(code.length));

function registryFaults(facts: ComplianceFacts): readonly Finding[] {
  const registry = declaredRegistry(facts);
  if (registry === undefined) return [];
  const text = facts.files.text(REGISTRY_PATH) ?? "";
  return registry.commands.flatMap((command) => {
    const names = [...command.environment, ...command.options.flatMap((option) => option.environment ?? [])];
    return names
      .filter((name) => !KNOWN.has(name))
      .map((name) =>
        finding(`\`vox ${command.path}\` names the variable \`${name}\`, which is not in the list`, {
          file: REGISTRY_PATH,
          line: lineOf(text, `- path: ${command.path}\n`),
        }),
      );
  });
}

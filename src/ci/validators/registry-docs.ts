import { declaredRegistry } from "../declared-registry.ts";
import { firstStaleLine, lineOf } from "../file-texts.ts";
import { renderCliReference } from "../reference/cli-reference.ts";
import { errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("registry-docs");
const PAGE = "docs/src/reference/cli.md";

export const registryDocs: Validator = {
  id: "registry-docs",
  statement: "the reference has a heading for each command and no other, and every anchor that the registry names is there",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    const page = facts.files.text(PAGE);
    if (page === undefined)
      return [finding("there is no reference of the commands: run `vox ci docs-sync --write`", { file: PAGE })];
    const headings = new Set([...page.matchAll(/^## vox (.+)$/gm)].map((match) => match[1] ?? ""));
    const paths = new Set(registry.commands.map((command) => command.path));
    const registryText = facts.files.text(REGISTRY_PATH) ?? "";
    return [
      ...[...paths]
        .filter((path) => !headings.has(path))
        .map((path) =>
          finding(`\`vox ${path}\` has no heading`, { file: PAGE, line: firstStaleLine(page, renderCliReference(registry)) }),
        ),
      ...[...headings]
        .filter((path) => !paths.has(path))
        .map((path) =>
          finding(`\`vox ${path}\` has a heading and is not declared`, { file: PAGE, line: lineOf(page, `## vox ${path}\n`) }),
        ),
      ...registry.commands
        .filter((command) => !hasAnchor(facts.files.text(`docs/src/${command.docs.split("#")[0] ?? ""}`), command.docs))
        .map((command) =>
          finding(`\`${command.docs}\` is not there`, { file: REGISTRY_PATH, line: lineOf(registryText, command.docs) }),
        ),
    ];
  },
};

function hasAnchor(page: string | undefined, docs: string): boolean {
  const anchor = docs.split("#")[1] ?? "";
  const headings = [...(page ?? "").matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
  return headings.includes(anchor);
}

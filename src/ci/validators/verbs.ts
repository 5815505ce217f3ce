import { wordOfPath } from "../../contracts/command-path.ts";
import type { CommandRegistry } from "../../contracts/command-registry.ts";
import { declaredRegistry } from "../declared-registry.ts";
import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { tableBelow } from "../markdown/page.ts";
import { type ComplianceFacts, errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";
import { VOCABULARY_PAGE } from "./vocabulary.ts";

const finding = errorsOf("verbs");

export const verbs: Validator = {
  id: "verbs",
  statement:
    "one verb has one meaning: no command is named by a synonym of another, there is no `install`, and `upgrade` touches no lock",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    return [...synonyms(registry, facts), ...sharedSummaries(registry, facts), ...upgradeFaults(facts)];
  },
};

function synonyms(registry: CommandRegistry, { files }: ComplianceFacts): readonly Finding[] {
  const text = files.text(REGISTRY_PATH) ?? "";
  const rows = tableBelow(files.text(VOCABULARY_PAGE) ?? "", "Verbs");
  if (rows.length === 0) return [finding("the vocabulary has no table of verbs", { file: VOCABULARY_PAGE })];
  return rows.flatMap(({ cells: [verb = "", , never = ""], line }) => {
    const name = verb.replaceAll("`", "");
    const refused = never.split(",").map((word) => word.trim());
    return [
      ...registry.commands
        .filter(({ path }) => refused.includes(path))
        .map(({ path }) =>
          finding(`\`vox ${path}\` is a synonym of \`vox ${name}\``, {
            file: REGISTRY_PATH,
            line: lineOf(text, `- path: ${path}\n`),
          }),
        ),
      ...(registry.commands.some(({ path }) => path === name)
        ? []
        : [finding(`\`vox ${name}\` is no command`, { file: VOCABULARY_PAGE, line })]),
    ];
  });
}

/** Two commands that are told alike are one verb too many. */
function sharedSummaries(registry: CommandRegistry, { files }: ComplianceFacts): readonly Finding[] {
  const text = files.text(REGISTRY_PATH) ?? "";
  return registry.commands.flatMap(({ path, summary }, index) => {
    const other = registry.commands.slice(0, index).find((before) => before.summary === summary);
    if (other === undefined || wordOfPath(other.path) === wordOfPath(path)) return [];
    return [
      finding(`\`vox ${path}\` says of itself what \`vox ${other.path}\` says`, {
        file: REGISTRY_PATH,
        line: lineOf(text, `- path: ${path}\n`),
      }),
    ];
  });
}

const OF_UPGRADE = /^src\/(?:toolchain\/|cli\/commands\/upgrade\.ts$|runtime\/\w+-upgrade)/;

const upgradeFaults = ({ files }: ComplianceFacts): readonly Finding[] =>
  files
    .under("src/")
    .filter((file) => OF_UPGRADE.test(file))
    .flatMap((file) => {
      const text = files.text(file) ?? "";
      const reach = /from "[^"]*\/(?:ops|pm|container|deploy)\/[^"]*"|\bvox\.lock\b/.exec(text)?.[0];
      return reach === undefined
        ? []
        : [finding("the toolchain knows nothing of projects and their locks", { file, line: lineOf(text, reach) })];
    });

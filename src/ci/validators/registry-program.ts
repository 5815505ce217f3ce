import { canonicalJson } from "../../core/canonical-json.ts";
import type { CommandDeclaration, CommandRegistry, OptionDeclaration } from "../../contracts/command-registry.ts";
import { declaredRegistry } from "../declared-registry.ts";
import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import type { DescribedCommand, DescribedOption, ProgramDescription } from "../program-description.ts";
import { type ComplianceFacts, errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("registry-program");

export const registryProgram: Validator = {
  id: "registry-program",
  statement: "the program offers the commands, arguments and options that the registry declares, and no others",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    return [...staleness(registry, facts.program), ...commandFaults(registry, facts), ...globalFaults(registry, facts)];
  },
};

function staleness(registry: CommandRegistry, program: ProgramDescription): readonly Finding[] {
  if (canonicalJson(registry) === canonicalJson(program.registry)) return [];
  return [
    finding("the program was made from another registry: run `npm run generate` and `npm run build`", { file: REGISTRY_PATH }),
  ];
}

function commandFaults(registry: CommandRegistry, facts: ComplianceFacts): readonly Finding[] {
  const text = facts.files.text(REGISTRY_PATH) ?? "";
  const described = new Map(facts.program.commands.map((command) => [command.path, command]));
  const declared = new Set(registry.commands.map((command) => command.path));
  const placed = (path: string, message: string): Finding =>
    finding(`\`vox ${path}\` ${message}`, { file: REGISTRY_PATH, line: lineOf(text, `- path: ${path}\n`) });
  return [
    ...registry.commands.flatMap((command) =>
      differences(command, described.get(command.path)).map((message) => placed(command.path, message)),
    ),
    ...[...described.keys()].filter((path) => !declared.has(path)).map((path) => placed(path, "is offered and not declared")),
  ];
}

function differences(declared: CommandDeclaration, described: DescribedCommand | undefined): readonly string[] {
  if (described === undefined) return ["is declared and not offered"];
  const args = declared.arguments.map(({ name, required, repeatable }) => {
    const word = repeatable === true ? `${name}...` : name;
    return required ? `<${word}>` : `[${word}]`;
  });
  return [
    ...(declared.summary === described.summary ? [] : ["has another summary than is declared"]),
    ...(args.join(" ") === described.arguments.join(" ") ? [] : ["takes other arguments than are declared"]),
    ...optionDifferences(declared.options, described.options),
  ];
}

function globalFaults(registry: CommandRegistry, { files, program }: ComplianceFacts): readonly Finding[] {
  const text = files.text(REGISTRY_PATH) ?? "";
  return optionDifferences(registry.global_options, program.globalOptions).map((message) =>
    finding(`\`vox\` ${message}`, { file: REGISTRY_PATH, line: lineOf(text, "global_options:") }),
  );
}

function optionDifferences(declared: readonly OptionDeclaration[], described: readonly DescribedOption[]): readonly string[] {
  const wanted = new Map(declared.map((option) => [flagsOf(option), option]));
  const offered = new Map(described.map((option) => [option.flags, option]));
  return [
    ...[...wanted].flatMap(([flags, option]) => {
      const found = offered.get(flags);
      if (found === undefined) return [`declares \`${flags}\` and does not offer it`];
      const same = (option.choices ?? []).join() === found.choices.join() && option.default === found.defaultText;
      return same ? [] : [`offers \`${flags}\` with other choices or another default than are declared`];
    }),
    ...[...offered.keys()].filter((flags) => !wanted.has(flags)).map((flags) => `offers \`${flags}\`, which is not declared`),
  ];
}

/** An option as help writes it. */
function flagsOf(option: OptionDeclaration): string {
  const names = option.short === undefined ? `--${option.name}` : `-${option.short}, --${option.name}`;
  return option.value === undefined ? names : `${names} <${option.value}>`;
}

import type { CommandDeclaration, CommandRegistry, OptionDeclaration } from "../../contracts/command-registry.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/cli.md`: a heading `## vox <path>` for each command, in the registry's order. */
export const renderCliReference = (registry: CommandRegistry): string =>
  `${[
    "# Commands",
    generatedNote("contracts/cli/command-registry.yaml"),
    "What a command prints on stdout is data; what it tells is on stderr. What the exit codes mean is in [exit codes](exit-codes.md).",
    "Every command takes these options:",
    optionTable(registry.global_options),
    ...registry.commands.flatMap((command) => sectionOf(command, registry)),
  ].join("\n\n")}\n`;

function sectionOf(command: CommandDeclaration, registry: CommandRegistry): readonly string[] {
  const area = registry.areas.find(({ name }) => name === command.area)?.title ?? command.area;
  return [
    `## vox ${command.path}`,
    `${command.summary}.`,
    `\`\`\`\n${usageOf(command)}\n\`\`\``,
    ...(command.arguments.length === 0 ? [] : [argumentTable(command)]),
    ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
    factsOf(command, area),
  ];
}

/** `vox sync [--locked] [--link-mode MODE]`. */
function usageOf(command: CommandDeclaration): string {
  const args = command.arguments.map(
    ({ name, required, repeatable }) => `${required ? name : `[${name}]`}${repeatable === true ? "…" : ""}`,
  );
  const options = command.options.map((option) => `[${flagOf(option)}]${option.repeatable === true ? "…" : ""}`);
  return ["vox", command.path, ...args, ...options].join(" ");
}

const flagOf = (option: OptionDeclaration): string =>
  option.value === undefined ? `--${option.name}` : `--${option.name} ${option.value}`;

const argumentTable = (command: CommandDeclaration): string =>
  markdownTable(
    ["argument", "meaning"],
    command.arguments.map((argument) => [`\`${argument.name}\``, described(argument)]),
  );

const optionTable = (options: readonly OptionDeclaration[]): string =>
  markdownTable(
    ["option", "meaning"],
    options.map((option) => [
      [...(option.short === undefined ? [] : [`\`-${option.short}\``]), `\`${flagOf(option)}\``].join(", "),
      described(option),
    ]),
  );

function described(declared: Pick<OptionDeclaration, "description" | "choices" | "default" | "environment">): string {
  const facts = [
    ...(declared.choices === undefined ? [] : [`one of ${declared.choices.map(code).join(" ")}`]),
    ...(declared.default === undefined ? [] : [`default ${code(declared.default)}`]),
    ...(declared.environment === undefined ? [] : [`variable ${code(declared.environment)}`]),
  ];
  return facts.length === 0 ? declared.description : `${declared.description} (${facts.join("; ")})`;
}

const factsOf = (command: CommandDeclaration, area: string): string =>
  [
    `- Area: ${area}. Status: ${command.status}. Lane: ${command.lane}.`,
    ...(command.environment.length === 0 ? [] : [`- Variables: ${command.environment.map(code).join(" ")}`]),
    `- Exit codes: ${command.exit_codes.join(" ")}`,
    `- With \`--json\`: \`contracts/output/${documentOf(command)}.schema.json\``,
  ].join("\n");

/** The gates print findings, and the policy's more than that. */
const documentOf = ({ path }: CommandDeclaration): string =>
  /^ci (?!portability)/.test(path) ? "findings" : path.replaceAll(" ", "-");

const code = (text: string): string => `\`${text}\``;

import { groupOfPath, wordOfPath } from "../../contracts/command-path.ts";
import type { CommandRegistry, OptionDeclaration } from "../../contracts/command-registry.ts";

/** What a shell may offer after some words: the registry turned into one entry a place. */
export interface CompletionNode {
  /** Words after `vox`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  /** Words that the argument may be. */
  readonly argumentChoices: readonly string[];
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: CompletionValue;
}

export type CompletionValue =
  | { readonly kind: "none" }
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "folder" }
  | { readonly kind: "text" };

/** One node for the program, for each group and for each command. */
export function completionTree(registry: CommandRegistry): readonly CompletionNode[] {
  const globals = [...registry.global_options.map(completionOption), HELP];
  const places = [...registry.commands, ...registry.groups.map(({ name, summary }) => ({ path: name, summary }))];
  const inside = (group: string): CompletionNode["subcommands"] =>
    places.filter(({ path }) => groupOfPath(path) === group).map(({ path, summary }) => ({ name: wordOfPath(path), summary }));
  const root: CompletionNode = { path: "", subcommands: inside(""), argumentChoices: [], options: [...globals, VERSION] };
  const groups = registry.groups.map(({ name }): CompletionNode => ({
    path: name,
    subcommands: inside(name),
    argumentChoices: [],
    options: globals,
  }));
  const commands = registry.commands.map((command): CompletionNode => ({
    path: command.path,
    subcommands: [],
    argumentChoices: command.arguments.flatMap((argument) => argument.choices ?? []),
    options: [...command.options.map(completionOption), ...globals],
  }));
  return [root, ...groups, ...commands];
}

const HELP: CompletionOption = { flags: ["-h", "--help"], description: "Print help", value: { kind: "none" } };
const VERSION: CompletionOption = { flags: ["-V", "--version"], description: "Print the version", value: { kind: "none" } };

const completionOption = (option: OptionDeclaration): CompletionOption => ({
  flags: [...(option.short === undefined ? [] : [`-${option.short}`]), `--${option.name}`],
  description: option.description,
  value: valueOf(option),
});

function valueOf(option: OptionDeclaration): CompletionValue {
  if (option.choices !== undefined) return { kind: "choices", choices: option.choices };
  if (option.value === undefined) return { kind: "none" };
  return option.value === "DIR" ? { kind: "folder" } : { kind: "text" };
}

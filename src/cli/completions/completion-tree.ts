import { groupOfPath, wordOfPath } from "../../contracts/command-path.ts";
import type { ArgumentDeclaration, CommandRegistry, OptionDeclaration } from "../../contracts/command-registry.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";

/** What a shell may offer after some words: the registry turned into one entry a place. */
export interface CompletionNode {
  /** Words after `vox`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  /** What its argument may be. */
  readonly argument: CompletionValue;
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: CompletionValue;
  readonly repeatable?: boolean;
}

export type CompletionValue =
  | { readonly kind: "none" }
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "folder" }
  | { readonly kind: "file" }
  | { readonly kind: "text" };

/** One node for the program, for each group and for each command. */
export function completionTree(registry: CommandRegistry): readonly CompletionNode[] {
  const globals = [...registry.global_options.map(completionOption), HELP];
  const places = [...registry.commands, ...registry.groups.map(({ name, summary }) => ({ path: name, summary }))];
  const inside = (group: string): CompletionNode["subcommands"] =>
    places.filter(({ path }) => groupOfPath(path) === group).map(({ path, summary }) => ({ name: wordOfPath(path), summary }));
  const root: CompletionNode = { path: "", subcommands: inside(""), argument: NOTHING, options: [...globals, VERSION] };
  const groups = registry.groups.map(({ name }): CompletionNode => ({
    path: name,
    subcommands: inside(name),
    argument: NOTHING,
    options: globals,
  }));
  const commands = registry.commands.map((command): CompletionNode => ({
    path: command.path,
    subcommands: [],
    argument: argumentOf(command.arguments[0]),
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
  repeatable: option.repeatable === true,
});

const NOTHING: CompletionValue = { kind: "none" };

function valueOf({ choices, value }: OptionDeclaration): CompletionValue {
  if (choices !== undefined) return { kind: "choices", choices };
  return value === undefined ? NOTHING : namedValue(value);
}

function argumentOf(argument: ArgumentDeclaration | undefined): CompletionValue {
  if (argument === undefined) return NOTHING;
  if (argument.choices !== undefined) return { kind: "choices", choices: argument.choices };
  return argument.name === "CODE" ? { kind: "choices", choices: Object.keys(ERROR_CATALOGUE) } : namedValue(argument.name);
}

/** The place holders of help tell what a value is. */
function namedValue(name: string): CompletionValue {
  if (FOLDERS.includes(name)) return { kind: "folder" };
  return { kind: FILES.includes(name) ? "file" : "text" };
}

const FOLDERS = ["DIR", "LAYOUT"];
const FILES = ["FILE", "IMAGE", "LOCATION", "PLACE", "PREFIX"];

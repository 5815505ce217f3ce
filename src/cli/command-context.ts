import type { Environment } from "../config/environment-variables.ts";
import type { EventSink } from "../core/events.ts";
import type { CommandRegistry } from "../contracts/command-registry.ts";
import type { ColorWhen } from "../ui/colour.ts";

/** What an option was given: a switch, a text, or the texts of an option that may be repeated. */
export type OptionValue = boolean | string | readonly string[] | undefined;

/** Arguments by their name in the registry, such as `ENV`. */
export type ArgumentValues = Readonly<Record<string, string | undefined>>;

/** The words of arguments that may be repeated, by their name in the registry. */
export type ArgumentLists = Readonly<Record<string, readonly string[]>>;

/** Options of the command by their name in the registry, such as `link-mode`. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

export interface GlobalOptions {
  readonly packageName: string | undefined;
  readonly json: boolean;
  readonly color: ColorWhen;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Absolute: `--project DIR`, else the current folder. */
  readonly projectDir: string;
  readonly progress: boolean;
}

/** All that a command may know of its call and of the process. Files, network, engines and clock come from `src/runtime/`. */
export interface CommandContext {
  /** The command's path, `pm publish`. */
  readonly command: string;
  readonly args: ArgumentValues;
  readonly argLists: ArgumentLists;
  readonly options: OptionValues;
  readonly globals: GlobalOptions;
  readonly env: Environment;
  readonly cwd: string;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** What happens on the way, told on stderr. */
  readonly onEvent: EventSink;
  /** Data; nothing but the command's result goes there. */
  readonly stdout: (text: string) => void;
  /** Talk; secrets are taken out. */
  readonly stderr: (text: string) => void;
  /** What the program was made from, for the commands that tell about it. */
  readonly program: { readonly registry: CommandRegistry; readonly handlers: readonly string[] };
}

/** Runs one command; a number is its exit code, nothing is 0. */
export type CommandHandler = (context: CommandContext) => Promise<number | void>;

/** The shape of a module in `src/cli/commands/`. */
export interface CommandModule {
  readonly run: CommandHandler;
}

export const isGiven = (options: OptionValues, name: string): boolean => options[name] === true;

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return typeof value === "object" ? value : [];
}

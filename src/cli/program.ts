import { Argument, Command, Option } from "commander";
import { groupOfPath, wordOfPath } from "../contracts/command-path.ts";
import type {
  ArgumentDeclaration,
  CommandDeclaration,
  CommandRegistry,
  OptionDeclaration,
} from "../contracts/command-registry.ts";
import type { ArgumentLists, ArgumentValues, OptionValue, OptionValues } from "./command-context.ts";

/** One call of a command, as parsed. */
export interface Invocation {
  readonly declaration: CommandDeclaration;
  readonly args: ArgumentValues;
  readonly argLists: ArgumentLists;
  readonly options: OptionValues;
}

export interface ProgramOptions {
  readonly version: string;
  readonly writeOut: (text: string) => void;
  readonly onCommand: (invocation: Invocation) => Promise<void>;
}

/** Help is wrapped to one width, so that the program's own help can be made beforehand. */
const HELP_COLUMNS = 80;

/** Builds the program from the registry: nothing about a command is written anywhere else. */
export function buildProgram(registry: CommandRegistry, options: ProgramOptions): Command {
  const program = new Command("vox")
    .description("Package manager and container deployer: a package is a layer, a lock is an image in waiting")
    .version(`vox ${options.version}`, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: () => {},
      getOutHelpWidth: () => HELP_COLUMNS,
      getOutHasColors: () => false,
    })
    .exitOverride();
  for (const declaration of registry.global_options) program.addOption(optionOf(declaration));
  for (const declaration of registry.commands) addCommand(program, registry, declaration, options.onCommand);
  return program;
}

function addCommand(
  program: Command,
  registry: CommandRegistry,
  declaration: CommandDeclaration,
  onCommand: ProgramOptions["onCommand"],
): void {
  const parent = groupNamed(program, registry, groupOfPath(declaration.path));
  const command = parent.command(wordOfPath(declaration.path)).summary(declaration.summary).description(declaration.summary);
  if (parent === program) command.helpGroup(titleOf(registry, declaration.area));
  for (const argument of declaration.arguments) command.addArgument(argumentOf(argument));
  for (const option of declaration.options) command.addOption(optionOf(option));
  command.action(() =>
    onCommand({
      declaration,
      args: argumentValues(command, declaration),
      argLists: argumentLists(command, declaration),
      options: optionValues(command, declaration.options),
    }),
  );
}

/** A group stands in help where its first command is declared. */
function groupNamed(program: Command, registry: CommandRegistry, path: string): Command {
  if (path === "") return program;
  const parent = groupNamed(program, registry, groupOfPath(path));
  const present = parent.commands.find((command) => command.name() === wordOfPath(path));
  if (present !== undefined) return present;
  const group = registry.groups.find((candidate) => candidate.name === path);
  const summary = group?.summary ?? "";
  const made = parent.command(wordOfPath(path)).summary(summary).description(summary);
  return parent === program ? made.helpGroup(titleOf(registry, group?.area ?? "")) : made;
}

const titleOf = (registry: CommandRegistry, area: string): string =>
  `${registry.areas.find(({ name }) => name === area)?.title ?? "Commands"}:`;

function argumentOf(declaration: ArgumentDeclaration): Argument {
  const name = declaration.repeatable === true ? `${declaration.name}...` : declaration.name;
  const argument = new Argument(declaration.required ? `<${name}>` : `[${name}]`, declaration.description);
  if (declaration.choices) argument.choices(declaration.choices);
  if (declaration.default !== undefined) argument.default(declaration.default);
  return argument;
}

function optionOf(declaration: OptionDeclaration): Option {
  const names = [...(declaration.short ? [`-${declaration.short}`] : []), `--${declaration.name}`].join(", ");
  const flags = declaration.value === undefined ? names : `${names} <${declaration.value}>`;
  const variable = declaration.environment === undefined ? "" : ` [env: ${declaration.environment}]`;
  const option = new Option(flags, declaration.description + variable);
  if (declaration.choices) option.choices(declaration.choices);
  if (declaration.default !== undefined) option.default(declaration.default);
  if (declaration.repeatable === true) option.argParser(appended);
  return option;
}

/** Keeps every value of an option that is given more than once, in order. */
const appended = (value: string, previous: readonly string[] | undefined): readonly string[] => [...(previous ?? []), value];

const argumentValues = (command: Command, declaration: CommandDeclaration): ArgumentValues =>
  Object.fromEntries(declaration.arguments.map((argument, index) => [argument.name, textOf(command.processedArgs[index])]));

const argumentLists = (command: Command, declaration: CommandDeclaration): ArgumentLists =>
  Object.fromEntries(
    declaration.arguments.flatMap((argument, index) =>
      argument.repeatable === true ? [[argument.name, textsOf(command.processedArgs[index])]] : [],
    ),
  );

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The values of the declared options by their names in the registry; `--no-x` is true when it is given, as any other switch. */
export function optionValues(command: Command, declarations: readonly OptionDeclaration[]): OptionValues {
  const known = new Map(command.options.map((option) => [option.long, option]));
  return Object.fromEntries(
    declarations.map(({ name }) => {
      const option = known.get(`--${name}`);
      const value: OptionValue = command.getOptionValue(option?.attributeName() ?? name);
      return [name, option?.negate ? value === false : value];
    }),
  );
}

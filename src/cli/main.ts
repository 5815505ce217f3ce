import { type Command, CommanderError } from "commander";
import { PROGRAM_VERSION } from "../config/generated/version.ts";
import type { CommandRegistry } from "../contracts/command-registry.ts";
import { EXIT } from "../errors/catalogue-entry.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { errorDocument, renderError } from "../ui/error-text.ts";
import type { CommandContext, CommandModule, GlobalOptions } from "./command-context.ts";
import { COMMAND_REGISTRY } from "./generated/command-registry.ts";
import { HANDLERS } from "./handlers.ts";
import type { Host } from "./host.ts";
import { runInterruptible } from "./interruption.ts";
import { jsonDocument } from "./output.ts";
import { globalOptionsFrom, paintFor, redactorFor, reporterFor } from "./presentation.ts";
import { buildProgram, type Invocation, optionValues } from "./program.ts";
import { usageErrorFrom } from "./usage-error.ts";

/** What the program is made of; tests hand in handlers of their own. */
export interface ProgramParts {
  readonly registry: CommandRegistry;
  readonly handlers: Readonly<Record<string, () => Promise<CommandModule>>>;
}

const PARTS: ProgramParts = { registry: COMMAND_REGISTRY, handlers: HANDLERS };

/** Runs one command line, without the program's own name, and returns its exit code. It never throws. */
export async function main(argv: readonly string[], host: Host, parts: ProgramParts = PARTS): Promise<number> {
  const call: { invocation?: Invocation } = {};
  const program = buildProgram(registryFor(argv, parts.registry), {
    version: PROGRAM_VERSION,
    writeOut: host.stdout.write,
    onCommand: (invocation) => {
      call.invocation = invocation;
      return Promise.resolve();
    },
  });
  try {
    if (argv.length === 0) return printHelp(program);
    await program.parseAsync(argv, { from: "user" });
    const globals = readGlobals(program, parts, host);
    return call.invocation ? await runCommand(call.invocation, globals, host, parts) : EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    return reportFailure(voxErrorFrom(error, argv, parts.registry), readGlobals(program, parts, host), host);
  }
}

/** A command or a group that stands first needs no other to be parsed, or to tell its help. */
function registryFor([first = ""]: readonly string[], registry: CommandRegistry): CommandRegistry {
  const commands = registry.commands.filter(({ path }) => path === first || path.startsWith(`${first} `));
  return commands.length === 0 ? registry : { ...registry, commands };
}

function printHelp(program: Command): number {
  program.outputHelp();
  return EXIT.ok;
}

const readGlobals = (program: Command, parts: ProgramParts, host: Host): GlobalOptions =>
  globalOptionsFrom(optionValues(program, parts.registry.global_options), host.cwd);

async function runCommand(invocation: Invocation, globals: GlobalOptions, host: Host, parts: ProgramParts): Promise<number> {
  const load = parts.handlers[invocation.declaration.handler];
  if (load === undefined) throw new VoxError("INTERNAL", `no handler is named \`${invocation.declaration.handler}\``);
  const { run } = await load();
  const redact = redactorFor(host);
  const stderr = (text: string): void => host.stderr.write(redact(text));
  const reporter = reporterFor(host, globals, stderr);
  const context: Omit<CommandContext, "signal"> = {
    command: invocation.declaration.path,
    args: invocation.args,
    argLists: invocation.argLists,
    options: invocation.options,
    globals,
    env: host.env,
    cwd: host.cwd,
    onEvent: reporter.onEvent,
    stdout: host.stdout.write,
    stderr,
    program: { registry: parts.registry, handlers: Object.keys(parts.handlers) },
  };
  try {
    return await runInterruptible(host.onStopSignal, async (signal) => (await run({ ...context, signal })) ?? EXIT.ok);
  } finally {
    reporter.finish();
  }
}

function voxErrorFrom(error: unknown, argv: readonly string[], registry: CommandRegistry): VoxError {
  if (isVoxError(error)) return error;
  if (error instanceof CommanderError) return usageErrorFrom(error, argv, registry);
  return new VoxError("INTERNAL", "something went wrong that vox did not expect", { cause: error });
}

/** Tells the failure on stderr, and with `--json` as the one document on stdout; returns its exit code. */
function reportFailure(error: VoxError, globals: GlobalOptions, host: Host): number {
  const redact = redactorFor(host);
  host.stderr.write(redact(renderError(error, { paint: paintFor(host, globals), verbose: globals.verbose })));
  if (globals.json) host.stdout.write(redact(jsonDocument(errorDocument(error))));
  return error.exitCode;
}

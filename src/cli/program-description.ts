import type { Command, Option } from "commander";
import type { DescribedCommand, DescribedOption, ProgramDescription } from "../ci/program-description.ts";
import type { CommandContext } from "./command-context.ts";
import { completionScript, SHELLS } from "./completions/completion-script.ts";
import { buildProgram } from "./program.ts";

/** Builds the program and reads it back: what people can really ask for, whatever the registry says. */
export function describeProgram({ registry, handlers }: CommandContext["program"]): ProgramDescription {
  const program = buildProgram(registry, {
    version: "0.0.0",
    writeOut: () => {},
    onCommand: () => Promise.resolve(),
  });
  return {
    commands: leavesOf(program, []),
    globalOptions: program.options.filter((option) => option.long !== "--version").map(describeOption),
    handlers,
    registry,
    completions: SHELLS.map((shell) => ({ shell, script: completionScript(shell, registry) })),
  };
}

function leavesOf(parent: Command, words: readonly string[]): readonly DescribedCommand[] {
  return parent.commands.flatMap((command) => {
    const path = [...words, command.name()];
    return command.commands.length > 0 ? leavesOf(command, path) : [describeCommand(command, path.join(" "))];
  });
}

const describeCommand = (command: Command, path: string): DescribedCommand => ({
  path,
  summary: command.summary(),
  arguments: command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  }),
  options: command.options.map(describeOption),
});

function describeOption(option: Option): DescribedOption {
  const given: unknown = option.defaultValue;
  return { flags: option.flags, choices: option.argChoices ?? [], defaultText: typeof given === "string" ? given : undefined };
}

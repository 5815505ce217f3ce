import type { CommanderError } from "commander";
import type { CommandRegistry } from "../contracts/command-registry.ts";
import { VoxError } from "../errors/vox-error.ts";

/** Commands that people of other tools ask for, and what to run instead. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["install", "`vox add` declares a dependency, `vox lock` resolves it, `vox sync` installs what is locked"],
  ["help", "run `vox --help`, or `vox COMMAND --help`"],
  ["build", "run `vox package`"],
  ["publish", "run `vox pm publish`"],
]);

/** Turns what the argument parser says into an error of ours: one phrase, literals in backticks, its suggestion as the hint. */
export function usageErrorFrom(error: CommanderError, argv: readonly string[], registry: CommandRegistry): VoxError {
  const called = ["vox", ...calledPath(argv, registry)].join(" ");
  const help = `run \`${called} --help\``;
  if (error.code === "commander.help") return new VoxError("USAGE", `\`${called}\` needs a command`, { hint: help });
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const hint = elsewhere(error, first, called) ?? suggestionIn(rest.join(" ")) ?? help;
  return new VoxError("USAGE", phraseOf(first), { hint });
}

/** The parser writes sentences with quotes; ours are one phrase with backticks. */
const phraseOf = (sentence: string): string =>
  sentence
    .replaceAll(/'([^']*)'/g, "`$1`")
    .replace(/\.$/, "")
    .replace(/\. ([A-Z])/, (_match, letter: string) => `: ${letter.toLowerCase()}`);

/** The words of the command or group that was called, as far as they are known. */
function calledPath(argv: readonly string[], registry: CommandRegistry): readonly string[] {
  const words = argv.filter((word) => !word.startsWith("-"));
  const paths = new Set([...registry.commands.map(({ path }) => path), ...registry.groups.map(({ name }) => name)]);
  return [3, 2, 1].map((length) => words.slice(0, length)).find((path) => paths.has(path.join(" "))) ?? [];
}

function elsewhere(error: CommanderError, message: string, called: string): string | undefined {
  const word = /'([^' ]*)/.exec(message)?.[1] ?? "";
  if (error.code === "commander.unknownCommand") return ELSEWHERE.get(word);
  return called === "vox lock" && word === "--frozen" ? "run `vox lock --locked`" : undefined;
}

function suggestionIn(text: string): string | undefined {
  const words = /\(Did you mean (?:one of )?(.+)\?\)/.exec(text)?.[1]?.split(", ");
  return words === undefined ? undefined : `did you mean ${words.map((word) => `\`${word}\``).join(" or ")}?`;
}

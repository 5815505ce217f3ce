import type { CommandRegistry } from "../../contracts/command-registry.ts";
import { declaredRegistry } from "../declared-registry.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, pageLines } from "../markdown/page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("named-commands");

/** On a line that says of a command that there is none. */
const MARK = "<!-- no such command -->";

export const namedCommands: Validator = {
  id: "named-commands",
  statement: "every command and option of vox that a page names is declared, save on lines marked as saying that it is not",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    return pagesOf(facts.files).flatMap((page) => pageFaults(page, registry));
  },
};

const pageFaults = (page: Page, registry: CommandRegistry): readonly Finding[] =>
  pageLines(page.text).flatMap(({ number, text, code }) => {
    const faults = [...new Set(invocationsOn(text, code).flatMap((words) => faultsOf(words, registry)))];
    const place = { file: page.path, line: number };
    if (!text.includes(MARK)) return faults.map((message) => finding(message, place));
    return faults.length > 0
      ? []
      : [finding("the line is marked as naming no command, and names none that is not there", place)];
  });

/** The words after each `vox` that begins a command of a shell, in a block or between backticks. */
function invocationsOn(text: string, code: boolean): readonly (readonly string[])[] {
  const shells = code ? [text] : codeSpans(text);
  return shells
    .flatMap((shell) => shell.replace(/\s#\s.*$/, "").split(/&&|\|\||;|\$\(|(?<=\s)\|(?=\s)/))
    .flatMap((part) => /^\s*(?:[$-]\s+)?(?:(?:run:|exec|sudo|npx|[A-Z][A-Z0-9_]*=\S+)\s+)*vox\s+(.+)$/.exec(part)?.[1] ?? [])
    .map((line) => line.trim().split(/\s+/));
}

function faultsOf(words: readonly string[], registry: CommandRegistry): readonly string[] {
  const first = words[0] ?? "";
  if (first === "…" || /^-{1,2}(?:help|version|V|h)$/.test(first) || /^[A-Z<[─▶|]/.test(first)) return [];
  const command = longestMatch(words, registry);
  if (command === undefined)
    return isGroup(words, registry) ? [] : [`\`vox ${commandWords(words, registry).join(" ")}\` is not a command`];
  const known = new Set([...registry.global_options, ...command.options].map(({ name }) => name));
  return words
    .flatMap((word) => [...word.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map((match) => match[1] ?? ""))
    .filter((name) => !known.has(name) && name !== "help")
    .map((name) => `\`vox ${command.path}\` has no option \`--${name}\``);
}

const longestMatch = (words: readonly string[], registry: CommandRegistry): CommandRegistry["commands"][number] | undefined =>
  registry.commands
    .filter(({ path }) => path.split(" ").every((part, index) => alternatives(words[index]).includes(part)))
    .toSorted((left, right) => right.path.length - left.path.length)[0];

/** `search|info` names two. */
const alternatives = (word = ""): readonly string[] => word.replaceAll(/[,.)]+$/g, "").split(/\\?\|/);

const isGroup = (words: readonly string[], registry: CommandRegistry): boolean =>
  registry.groups.some(({ name }) => {
    const parts = name.split(" ");
    const next = words[parts.length] ?? "…";
    return parts.every((part, index) => words[index] === part) && /^(?:…|\.\.\.|[A-Z<[-])/.test(next);
  });

/** The groups that the words go through, and one word more. */
function commandWords(words: readonly string[], registry: CommandRegistry): readonly string[] {
  const through = words.findIndex(
    (_, index) => !registry.groups.some(({ name }) => name === words.slice(0, index + 1).join(" ")),
  );
  return words.slice(0, through < 0 ? words.length : through + 1);
}

import { posix } from "node:path";

const INTERPRETERS =
  /^(?:node|nodejs|deno|bun|tsx|ts-node|python[0-9.]*|pypy3?|ruby|perl|php|lua|Rscript|sh|bash|ash|dash|ksh|zsh)$/;

/** Flags after which the program is in the next words, or is a module by name: there is no script. */
const NO_SCRIPT = /^(?:-[a-z]*[cempr]|--eval|--print|--check|--test|--run|--version|--help|-v|-h|-)$/;
/** `-r` and `-p` load or print for some interpreters, but in `node -r x.js` a script follows. */
const LOADS_FIRST = /^(?:-r|--require)$/;
const SUBCOMMANDS = new Set(["run", "serve"]);
/** With an ending or a slash, and no `npm:` or `https:` before it. */
const LOOKS_LIKE_A_FILE = /^(?![a-z][a-z0-9+.-]*:)(?:.*[^.]\.[A-Za-z][A-Za-z0-9]*$|.*\/)/;

/**
 * Which words of an interpreter's arguments may be its script, one of them for sure; none when it cannot be told.
 * A word after a flag may be the flag's value, so the search goes on to the first word that is not.
 */
export function scriptCandidates(program: string, args: readonly string[]): string[] {
  const name = posix.basename(program);
  if (!INTERPRETERS.test(name)) return [];
  const words = (name === "deno" || name === "bun") && SUBCOMMANDS.has(args[0] ?? "") ? args.slice(1) : args;
  const candidates: string[] = [];
  for (const [index, word] of words.entries()) {
    if (LOADS_FIRST.test(word)) continue;
    if (NO_SCRIPT.test(word)) return [];
    if (word.startsWith("-")) continue;
    const certain = !(words[index - 1] ?? "").startsWith("-") || words[index - 1] === "--";
    if (LOOKS_LIKE_A_FILE.test(word)) candidates.push(word);
    if (certain) return LOOKS_LIKE_A_FILE.test(word) ? candidates : [];
  }
  return candidates;
}

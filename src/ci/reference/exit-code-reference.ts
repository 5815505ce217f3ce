import { EXIT, type ExitCode } from "../../errors/catalogue-entry.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "Done.",
  failed: "A gate or a check failed.",
  usage: "The command line asks for what vox does not offer.",
  data: "A manifest, lock, archive, digest or size is wrong.",
  unavailable: "A registry, an engine or content cannot be had, or offline cannot be proved.",
  bug: "A bug in vox.",
  cannotWrite: "A file or folder cannot be written.",
  tryAgain: "Try again: a rate limit, a lock that another process holds, a file that changed.",
  denied: "Credentials were refused, or are needed.",
  config: "Configuration of the machine or of the environment is wrong.",
  interrupted: "Stopped by SIGINT.",
  terminated: "Stopped by SIGTERM.",
};

/** `docs/src/reference/exit-codes.md`. */
export const renderExitCodeReference = (): string =>
  `${[
    "# Exit codes",
    generatedNote("src/errors/catalogue.ts"),
    markdownTable(
      ["code", "meaning", "errors"],
      keysOf(EXIT).map((name) => [String(EXIT[name]), MEANINGS[name], codesWith(EXIT[name])]),
    ),
  ].join("\n\n")}\n`;

const codesWith = (exit: ExitCode): string =>
  Object.entries(ERROR_CATALOGUE)
    .filter(([, entry]) => entry.exit === exit)
    .map(([code]) => `\`${code}\``)
    .toSorted()
    .join(" ");

const isExitName = (name: string): name is keyof typeof EXIT => name in EXIT;
const keysOf = (exits: typeof EXIT): readonly (keyof typeof EXIT)[] => Object.keys(exits).filter(isExitName);

import type { CommandContext } from "./command-context.ts";

/** A result that can be told twice: as the document of `--json`, and as lines for people. */
export interface CommandResult {
  readonly document: unknown;
  readonly lines: readonly string[];
}

/** Prints the result on stdout: one JSON document with `--json`, else its lines. */
export function printResult(context: Pick<CommandContext, "globals" | "stdout">, result: CommandResult): void {
  if (context.globals.json) context.stdout(jsonDocument(result.document));
  else if (result.lines.length > 0) context.stdout(`${result.lines.join("\n")}\n`);
}

export const jsonDocument = (document: unknown): string => `${JSON.stringify(document)}\n`;

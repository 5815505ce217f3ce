import type { MarkedPath } from "../../ops/scan-secrets.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";

/** Prints what `--list` asks for: each path, whether it is in, the rule that decided, and the secrets for which it would be refused. */
export function printFileList(context: CommandContext, listed: readonly MarkedPath[]): void {
  if (!context.globals.json) return context.stdout(listed.map(lineOf).join(""));
  const files = listed.map((entry) => ({
    path: entry.path,
    included: entry.verdict.kind === "included",
    reason: reasonOf(entry),
    ...(entry.secrets.length === 0 ? {} : { secrets: entry.secrets.map(({ rule, line, column }) => ({ rule, line, column })) }),
  }));
  context.stdout(jsonDocument({ files }));
}

function lineOf(entry: MarkedPath): string {
  const { path, verdict, secrets } = entry;
  if (secrets.length > 0)
    return `! ${path}  (refused: ${secrets.map(({ rule, line }) => `${rule} on line ${line}`).join(", ")})\n`;
  return `${verdict.kind === "included" ? "+" : "-"} ${path}  (${reasonOf(entry)})\n`;
}

/** Rules of files and lists say where they stand themselves. */
function reasonOf({ verdict }: MarkedPath): string {
  if (verdict.kind === "included") return verdict.rule ?? "not hidden by any rule";
  if (verdict.by === "always") return `never included: ${verdict.rule}`;
  return verdict.by === "output" ? `output: ${verdict.rule}` : verdict.rule;
}

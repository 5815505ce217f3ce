import type { ListedPath } from "../../pm/files/list-project-files.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";

/** Prints what `--list` asks for: each path, whether it is in, and the rule that decided. */
export function printFileList(context: CommandContext, listed: readonly ListedPath[]): void {
  if (context.globals.json) {
    const files = listed.map((entry) => ({
      path: entry.path,
      included: entry.verdict.kind === "included",
      reason: reasonOf(entry),
    }));
    return context.stdout(jsonDocument({ files }));
  }
  const lines = listed.map((entry) => `${entry.verdict.kind === "included" ? "+" : "-"} ${entry.path}  (${reasonOf(entry)})\n`);
  context.stdout(lines.join(""));
}

function reasonOf({ verdict }: ListedPath): string {
  if (verdict.kind === "left-out")
    return verdict.by === "always" ? `never included: ${verdict.rule}` : `${verdict.by}: ${verdict.rule}`;
  return verdict.by === "include" ? `include: ${verdict.rule ?? ""}` : "not hidden by any rule";
}

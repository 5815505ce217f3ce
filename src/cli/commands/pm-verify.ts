import { EXIT } from "../../errors/catalogue-entry.ts";
import { verifyLock, type VerifyResult } from "../../ops/verify-lock.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<number> {
  const { project, hold, ports } = await openCommand(context, "package");
  const result = await verifyLock(project, { hold, names: context.argLists["NAME"] ?? [] }, ports);
  printResult(context, { document: result, lines: linesOf(result) });
  return result.ok ? EXIT.ok : EXIT.failed;
}

const linesOf = ({ checks }: VerifyResult): readonly string[] =>
  checks.map(({ id, ok, detail }) => `${ok ? "ok    " : "FAILED"} ${id}: ${detail}`);

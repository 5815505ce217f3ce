import { lockPolicyFor } from "../../config/lock-mode.ts";
import { knownFindings } from "../../ops/known-standings.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { lockFlags } from "./lock-flags.ts";
import { lockSummary, unchangedOutcome } from "./lock-summary.ts";
import { recall, warnAgain } from "./recall.ts";

export async function run(context: CommandContext): Promise<void> {
  const { globals } = context;
  const outcome = await lockOutcome(context);
  if (globals.json) return context.stdout(jsonDocument(outcome));
  if (!globals.quiet) context.stderr(lockSummary(outcome));
}

/** A lock that is only to be checked may have been checked before; everything else is for the whole op. */
async function lockOutcome(context: CommandContext) {
  const hold = lockPolicyFor("lock", lockFlags(context), context.env);
  const recalled = hold.mode === "default" ? undefined : await recall(context, "lock", false);
  const findings = recalled?.verdict && (await knownFindings(recalled.verdict, hold, recalled.runtime));
  if (recalled?.verdict && findings) {
    warnAgain(recalled.verdict, findings, context);
    return unchangedOutcome(recalled.verdict);
  }
  const { lockInFull } = await import("./lock-in-full.ts");
  return lockInFull(context, recalled);
}

import { warnOfFindings } from "../../ops/known-standings.ts";
import { type LockVerdict, recallVerdict, type VerdictQuestion } from "../../ops/lock-verdict.ts";
import type { LockFinding } from "../../pm/lockfile/judge-standings.ts";
import { createVerdictRuntime, verdictQuestion, type VerdictRuntime } from "../../runtime/verdict-runtime.ts";
import type { CommandContext } from "../command-context.ts";

/** What an earlier run found out, where it still holds. */
export interface Recall {
  readonly question: VerdictQuestion;
  readonly runtime: VerdictRuntime;
  readonly verdict: LockVerdict | undefined;
}

/** Asks what is remembered about the lock, before anything else is loaded. */
export async function recall(context: CommandContext, command: "lock" | "sync", prod: boolean): Promise<Recall> {
  const { env, globals } = context;
  const runtime = createVerdictRuntime(env);
  const question = verdictQuestion(env, { command, folder: globals.projectDir, packageName: globals.packageName, prod });
  return { question, runtime, verdict: await recallVerdict(question, runtime) };
}

/** Tells again what the manifests were warned of, and what is known of the locked versions. */
export function warnAgain({ warnings }: LockVerdict, findings: readonly LockFinding[], { onEvent }: CommandContext): void {
  for (const { code, message, hint } of warnings) onEvent({ kind: "warning", code, message, hint });
  warnOfFindings(findings, onEvent);
}

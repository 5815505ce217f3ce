import type { Lane } from "../config/lock-mode.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { InvariantReport } from "../policy/portability/report.ts";
import type { Broken } from "../policy/portability/verdict.ts";
import type { RunPorts } from "./ports.ts";

/**
 * Ends a deployment on what is broken and blocks, all of it in one error; advice, and what cannot be told, is told with a warning.
 * @throws {VoxError} POLICY_REFUSED
 */
export function refuseBroken(reports: readonly InvariantReport[], lane: Lane, { onEvent }: Pick<RunPorts, "onEvent">): void {
  const found = reports.flatMap(({ id, severity, verdicts }) => verdicts.map((verdict) => ({ id, severity, verdict })));
  const refused: { readonly id: string; readonly verdict: Broken }[] = [];
  for (const { id, severity, verdict } of found) {
    if (verdict.kind === "held") continue;
    if (verdict.kind === "broken" && severity === "blocking") refused.push({ id, verdict });
    else onEvent(advice(id, verdict.detail, verdict.kind === "broken" ? verdict.hint : undefined));
  }
  const [first] = refused;
  if (first) throw refusal(lane, first, refused);
}

const advice = (id: string, detail: string, hint: string | undefined) => ({
  kind: "warning" as const,
  code: "POLICY_ADVICE",
  message: `\`${id}\`: ${detail}`,
  ...(hint !== undefined && { hint }),
});

function refusal(
  lane: Lane,
  { id, verdict }: { readonly id: string; readonly verdict: Broken },
  all: readonly { readonly id: string; readonly verdict: Broken }[],
): VoxError {
  const more = all.length === 1 ? "" : `; there are ${all.length - 1} more`;
  return new VoxError("POLICY_REFUSED", `the ${lane} lane blocks on \`${id}\`: ${verdict.detail}${more}`, {
    ...(verdict.place && { place: verdict.place }),
    ...(verdict.hint !== undefined && { hint: verdict.hint }),
    ...(all.length > 1 && { cause: new Error(all.map((one) => `${one.id}: ${one.verdict.detail}`).join("\n")) }),
  });
}

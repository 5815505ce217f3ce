import type { InvariantReport } from "../policy/portability/report.ts";
import { counted } from "../core/counted.ts";
import type { Finding } from "./finding.ts";

/** What `vox ci portability` finds wrong, in the order of the policy; what cannot be told counts as what does not hold. */
export const portabilityFindings = (reports: readonly InvariantReport[]): readonly Finding[] =>
  reports.flatMap(({ id, severity, verdicts }) =>
    verdicts.flatMap((verdict): Finding[] => {
      if (verdict.kind === "held") return [];
      const message = verdict.kind === "unknown" ? `it cannot be told: ${verdict.detail}` : verdict.detail;
      const place = verdict.kind === "broken" ? verdict.place : undefined;
      return [{ id, severity: severity === "blocking" ? "error" : "warning", message, ...place }];
    }),
  );

/** A line for each invariant: what is found, then what nobody looked at. */
export function portabilityLines(reports: readonly InvariantReport[], lane: string): readonly string[] {
  const findings = portabilityFindings(reports);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const end =
    errors > 0
      ? `${counted(errors, "fault")} that the ${lane} lane blocks on`
      : `ok: nothing that the ${lane} lane blocks on${findings.length > 0 ? `, and ${findings.length} it advises against` : ""}`;
  return [...reports.flatMap(linesOf), end];
}

function linesOf({ id, severity, verdicts, keptByVox }: InvariantReport): readonly string[] {
  if (keptByVox) return [`kept    ${id}: by vox itself`];
  if (severity === "off") return [`off     ${id}`];
  if (verdicts.length === 0) return [`-       ${id}: there is nothing here to judge it by`];
  const [told] = [...verdicts.filter(({ kind }) => kind !== "held"), ...verdicts];
  return verdicts.every(({ kind }) => kind === "held")
    ? [`ok      ${id}: ${told?.detail ?? ""}`]
    : verdicts.filter(({ kind }) => kind !== "held").flatMap((verdict) => faultLines(id, severity, verdict));
}

function faultLines(id: string, severity: string, verdict: InvariantReport["verdicts"][number]): readonly string[] {
  const word = severity === "blocking" ? "FAILED " : "advice ";
  const { place, hint } = verdict.kind === "broken" ? verdict : {};
  const line = place?.line === undefined ? "" : `:${place.line}`;
  return [
    `${word} ${id}: ${verdict.kind === "unknown" ? "it cannot be told: " : ""}${verdict.detail}`,
    ...(place ? [`          --> ${place.file}${line}`] : []),
    ...(hint === undefined ? [] : [`          hint: ${hint}`]),
  ];
}

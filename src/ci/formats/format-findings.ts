import { counted } from "../../core/counted.ts";
import { type Finding, passes } from "../finding.ts";
import type { Report } from "./report.ts";
import { sarifLog } from "./sarif.ts";

export const FINDING_FORMATS = ["text", "json", "sarif", "github"] as const;
export type FindingFormat = (typeof FINDING_FORMATS)[number];

/** The report in one format; text ends in a newline. */
export function formatFindings(format: FindingFormat, report: Report): string {
  switch (format) {
    case "text":
      return textOf(report);
    case "json":
      return `${JSON.stringify(findingsDocument(report.findings))}\n`;
    case "sarif":
      return `${JSON.stringify(sarifLog(report), null, 2)}\n`;
    case "github":
      return report.findings.map((finding) => `${annotationOf(finding)}\n`).join("");
  }
}

/** The document of `ci …`; contracts, §8. */
export const findingsDocument = (findings: readonly Finding[]): object => ({
  ok: passes(findings),
  findings: findings.map(({ id, severity, message, file, line }) => ({
    id,
    severity,
    message,
    file: file ?? null,
    line: line ?? null,
  })),
});

function textOf({ findings, validators }: Report): string {
  const lines = findings.map((finding) => `${finding.severity}[${finding.id}]: ${finding.message}${placeOf(finding)}`);
  const count = counted(validators.length, "check");
  const end = findings.length === 0 ? `ok: ${count} found nothing` : `${count} found ${findings.length}`;
  return `${[...lines, end].join("\n")}\n`;
}

function placeOf({ file, line }: Finding): string {
  if (file === undefined) return "";
  return line === undefined ? `\n  --> ${file}` : `\n  --> ${file}:${line}`;
}

/** A workflow command of GitHub Actions: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. */
function annotationOf({ severity, id, message, file, line }: Finding): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeProperty(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${escapeProperty(id)}`,
  ];
  return `::${severity} ${properties.join(",")}::${escapeData(message)}`;
}

const escapeData = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

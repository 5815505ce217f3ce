import type { Finding } from "../finding.ts";
import type { Report } from "./report.ts";

/** The report as a SARIF 2.1.0 log: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. */
export const sarifLog = (report: Report): unknown => ({
  $schema: "https://json.schemastore.org/sarif-2.1.0.json",
  version: "2.1.0",
  runs: [
    {
      tool: {
        driver: {
          name: "vox",
          version: report.toolVersion,
          rules: report.validators.map(({ id, statement }) => ({ id, shortDescription: { text: statement } })),
        },
      },
      results: report.findings.map(resultOf),
    },
  ],
});

const resultOf = (finding: Finding): unknown => ({
  ruleId: finding.id,
  level: finding.severity,
  message: { text: finding.message },
  ...(finding.file === undefined ? {} : { locations: [{ physicalLocation: physicalLocation(finding.file, finding.line) }] }),
});

const physicalLocation = (file: string, line: number | undefined): unknown => ({
  artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" },
  ...(line === undefined ? {} : { region: { startLine: line } }),
});

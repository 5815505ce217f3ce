import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/ci/finding.ts";
import { formatFindings } from "../../../src/ci/formats/format-findings.ts";
import { findingsDocument } from "../../../src/contracts/output.ts";

const FINDINGS: readonly Finding[] = [
  { id: "registry-docs", severity: "error", message: "`vox lock` has no heading", file: "docs/a b.md", line: 7 },
  { id: "env-vars", severity: "warning", message: "50% of it:\nmore", file: "src/x,y:z.ts" },
  { id: "exit-codes", severity: "error", message: "nowhere" },
];
const validators = [
  { id: "registry-docs", statement: "pages agree" },
  { id: "env-vars", statement: "names agree" },
];
const report = { validators, findings: FINDINGS, toolVersion: "1.2.3" };
const clean = { ...report, findings: [] };

describe("findings are printed", () => {
  it("as text", () => {
    expect(formatFindings("text", report)).toBe(`error[registry-docs]: \`vox lock\` has no heading
  --> docs/a b.md:7
warning[env-vars]: 50% of it:
more
  --> src/x,y:z.ts
error[exit-codes]: nowhere
2 checks found 3
`);
    expect(formatFindings("text", clean)).toBe("ok: 2 checks found nothing\n");
  });

  it("as one JSON document of the promised shape", () => {
    const document: unknown = JSON.parse(formatFindings("json", report));
    expect(findingsDocument.parse(document)).toEqual(document);
    expect(document).toMatchObject({
      ok: false,
      findings: [{ id: "registry-docs", line: 7 }, { severity: "warning", line: null }, { file: null }],
    });
    expect(JSON.parse(formatFindings("json", clean))).toEqual({ ok: true, findings: [] });
  });

  it("as a document that is ok when there are warnings alone", () => {
    const warnings = FINDINGS.filter(({ severity }) => severity === "warning");
    expect(JSON.parse(formatFindings("json", { ...report, findings: warnings }))).toMatchObject({ ok: true });
  });

  it("as annotations of GitHub, with what it takes for syntax escaped", () => {
    expect(formatFindings("github", report)).toBe(
      [
        "::error file=docs/a b.md,line=7,title=registry-docs::`vox lock` has no heading",
        "::warning file=src/x%2Cy%3Az.ts,title=env-vars::50%25 of it:%0Amore",
        "::error title=exit-codes::nowhere",
        "",
      ].join("\n"),
    );
  });

  it("as a SARIF 2.1.0 log", () => {
    expect(JSON.parse(formatFindings("sarif", report))).toEqual({
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "vox",
              version: "1.2.3",
              rules: [
                { id: "registry-docs", shortDescription: { text: "pages agree" } },
                { id: "env-vars", shortDescription: { text: "names agree" } },
              ],
            },
          },
          results: [
            {
              ruleId: "registry-docs",
              level: "error",
              message: { text: "`vox lock` has no heading" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "docs/a%20b.md", uriBaseId: "%SRCROOT%" },
                    region: { startLine: 7 },
                  },
                },
              ],
            },
            {
              ruleId: "env-vars",
              level: "warning",
              message: { text: "50% of it:\nmore" },
              locations: [{ physicalLocation: { artifactLocation: { uri: "src/x,y:z.ts", uriBaseId: "%SRCROOT%" } } }],
            },
            { ruleId: "exit-codes", level: "error", message: { text: "nowhere" } },
          ],
        },
      ],
    });
  });
});

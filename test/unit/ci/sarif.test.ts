import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { formatFindings } from "../../../src/ci/formats/format-findings.ts";
import { runValidators } from "../../../src/ci/command-compliance.ts";
import { VALIDATORS } from "../../../src/ci/validators.ts";
import { withFile } from "./facts.ts";

/** The schema of OASIS, as a package of Microsoft's SARIF kit carries it. */
const SCHEMA = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

/** It is of draft 4, of which nothing but its own name is written otherwise than today. */
function validator() {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const { id, $schema, ...schema }: Record<string, unknown> = JSON.parse(readFileSync(SCHEMA, "utf8"));
  expect([typeof id, $schema]).toEqual(["string", "http://json-schema.org/draft-04/schema#"]);
  return ajv.compile(schema);
}

const report = (findings: Parameters<typeof formatFindings>[1]["findings"]): unknown =>
  JSON.parse(formatFindings("sarif", { validators: VALIDATORS, findings, toolVersion: "1.2.3" }));

describe("a SARIF log of the gates", () => {
  const valid = validator();

  it("is one by the official schema, when nothing was found and when much was", () => {
    const found = runValidators(
      VALIDATORS,
      withFile("docs/src/reference/cli.md", () => "# x\n\n[a](b c) `vox rollup`, exit 2\n"),
    );
    expect(found.length).toBeGreaterThan(10);
    for (const findings of [[], found, [{ id: "x", severity: "warning", message: "m", file: "ä b%.md", line: 1 } as const]]) {
      expect(valid(report(findings)), JSON.stringify(valid.errors)).toBe(true);
    }
  });

  it("would be found out otherwise", () => {
    expect(valid({ version: "2.1.0", runs: [{ tool: { driver: {} }, results: [] }] })).toBe(false);
    expect(valid({ version: "2.2.0", runs: [] })).toBe(false);
  });
});

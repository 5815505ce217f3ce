import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPackageName } from "../../../../src/core/package-name.ts";
import {
  formatFeatureTable,
  formatPatchSource,
  formatRequiresLine,
  parseFeatureTable,
  parsePatchSource,
  parseRequiresLine,
} from "../../../../src/pm/lockfile/requires-line.ts";
import { normaliseRange, type Requirement } from "../../../../src/pm/manifest/requirement.ts";

describe("a requires line", () => {
  it.each([
    "http-router ^2.1",
    "dev test-kit ^1",
    "skill planner ^1",
    "http-router ^2.1 +tls,zlib",
    "corp-kit ^4 registry:corp",
    "auth ^1 +oauth -default optional",
    "shared path:../shared",
    "shared path:../my%20shared",
    "templates git:https://example.com/t.git?tag=v3",
    "templates git:https://example.com/t.git",
    "range >=1,<3||^5",
    "dev ^1",
    "skill ^1 optional",
    "dev path:../dev",
    "dev dev ^1",
    "dev ^1 +tls",
  ])("reads and writes `%s` the same", (line) => {
    expect(formatRequiresLine(parseRequiresLine(line))).toBe(line);
  });

  it.each(["", "http-router", "http-router ^2 unknown", "Bad ^1", "a not-a-range", "a ^1 +x +y", "a  ^1"])(
    "refuses `%s`",
    (line) => {
      expect(() => parseRequiresLine(line)).toThrow(expect.objectContaining({ code: "LOCK_INVALID" }));
    },
  );

  it("loses nothing of any requirement", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,3})?$/).filter(isPackageName);
    const range = fc.constantFrom("^1", "=1.2.3", ">=1,<3", "^1||^2", "*").map(normaliseRange);
    const text = fc.string({ minLength: 1, maxLength: 8 }).filter((word) => !/[?\r\n]/.test(word));
    const source = fc.oneof(
      fc.record({ kind: fc.constant("registry" as const), registry: name, range }),
      fc.record({ kind: fc.constant("path" as const), path: text }),
      fc.record({
        kind: fc.constant("git" as const),
        url: text.map((word) => `https://example.com/${word}`),
        ref: fc.oneof(
          fc.constant({ kind: "default" as const }),
          fc.record({ kind: fc.constantFrom("branch" as const, "tag" as const, "rev" as const), name: text }),
        ),
      }),
    );
    const requirement: fc.Arbitrary<Requirement> = fc.record({
      name,
      scope: fc.constantFrom("normal" as const, "dev" as const, "skill" as const),
      source,
      features: fc.uniqueArray(name, { maxLength: 3 }),
      defaultFeatures: fc.boolean(),
      optional: fc.boolean(),
    });
    fc.assert(
      fc.property(requirement, (value) => {
        expect(parseRequiresLine(formatRequiresLine(value))).toEqual(value);
      }),
    );
  });
});

describe("a feature table", () => {
  it("reads and writes the same, sorted", () => {
    const lines = ["default=tls", "empty=", "tls=dep:zstd,zlib?/fast"];
    expect(formatFeatureTable(parseFeatureTable(lines))).toEqual(lines);
  });

  it("refuses a line without a name", () => {
    expect(() => parseFeatureTable(["=x"])).toThrow(expect.objectContaining({ code: "LOCK_INVALID" }));
  });
});

it("a patch is written as the source of a requires line", () => {
  for (const text of ["path:../fork", "^2.1", "^2.1 registry:corp", "git:file:///srv/t.git?branch=main"]) {
    expect(formatPatchSource(parsePatchSource(text))).toBe(text);
  }
});

import fc from "fast-check";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { normaliseRange, semverRangeText } from "../../../../src/pm/manifest/requirement.ts";

describe("a version requirement in one word", () => {
  test.each([
    ["2", "^2"],
    ["2.1", "^2.1"],
    ["2.1.3", "^2.1.3"],
    [" 2.1 ", "^2.1"],
    ["^2.1", "^2.1"],
    ["^ 2.1", "^2.1"],
    ["~1.2", "~1.2"],
    ["=1.2.3", "=1.2.3"],
    ["= 1.2.3", "=1.2.3"],
    ["*", "*"],
    ["x", "*"],
    ["1.*", "1.*"],
    ["1.X", "1.*"],
    ["1.2.x", "1.2.*"],
    ["1.*.*", "1.*.*"],
    [">=1, <3", ">=1,<3"],
    [">= 1.2 , < 1.5", ">=1.2,<1.5"],
    ["1.2 || 2", "^1.2||^2"],
    [">1,<2||>=3", ">1,<2||>=3"],
    ["1.0.0-alpha.1", "^1.0.0-alpha.1"],
    ["1.0.0-next", "^1.0.0-next"],
    ["1.0.0-x", "^1.0.0-x"],
    ["1.2.3+build.5", "^1.2.3"],
    ["0.0.3", "^0.0.3"],
  ])("`%s` is `%s`", (text, expected) => {
    expect(normaliseRange(text)).toBe(expected);
  });

  test.each([
    "",
    " ",
    ",",
    "1,",
    "1||",
    "|| 1",
    "latest",
    "v1",
    "1 - 2",
    ">=1 <3",
    "1 2",
    "^^1",
    "=>1",
    "==1",
    "01.2",
    "1.2.3.4",
    "1.*.3",
    "1.2-pre",
    "1.*-pre",
    "^",
    ">*",
    "^*",
    "1.2.3-",
    "1.2.3-a..b",
    "1.2.3-01",
    "1.2.3-a.007.b",
    "1.2.3+",
    "9007199254740993",
    "git+https://x",
    "-1",
  ])("`%s` is refused", (text) => {
    expect(() => normaliseRange(text)).toThrowError(
      expect.objectContaining({ code: "VERSION_INVALID", hint: "write it as `^1.2`, `=1.2.3` or `>=1, <3`" }),
    );
  });

  test.each([
    ["2.1", "2.9.0", true],
    ["2.1", "3.0.0", false],
    ["0.2.3", "0.2.9", true],
    ["0.2.3", "0.3.0", false],
    ["~1.2", "1.2.9", true],
    ["~1.2", "1.3.0", false],
    ["~1", "1.9.0", true],
    ["=1.2", "1.2.7", true],
    ["=1.2.3", "1.2.4", false],
    ["1.*", "1.9.9", true],
    ["*", "7.0.0", true],
    [">1", "1.9.0", false],
    [">1", "2.0.0", true],
    [">=1, <3", "2.9.9", true],
    [">=1, <3", "3.0.0", false],
    ["1.2 || 2", "2.5.0", true],
    ["1.2 || 2", "1.1.0", false],
    ["1.0.0-next", "1.4.0", true],
    ["1", "1.1.0-rc.1", false],
  ])("`%s` and %s: %s", (range, version, expected) => {
    expect(semver.satisfies(version, semverRangeText(normaliseRange(range)))).toBe(expected);
  });

  const number = fc.integer({ min: 0, max: 3 }).map(String);
  const version = fc.array(number, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
  const comparator = fc.tuple(fc.constantFrom("", "^", "~", "=", ">", ">=", "<", "<="), version).map((parts) => parts.join(""));
  const range = fc
    .array(
      fc.array(comparator, { minLength: 1, maxLength: 2 }).map((list) => list.join(", ")),
      { minLength: 1, maxLength: 2 },
    )
    .map((list) => list.join(" || "));

  test("normalising twice changes nothing more, and there is no space in it", () => {
    fc.assert(
      fc.property(range, (text) => {
        const once = normaliseRange(text);
        expect(normaliseRange(once)).toBe(once);
        expect(once).not.toMatch(/\s/);
      }),
    );
  });

  test("whatever is accepted the semver library takes, and a full version that is refused it does not take", () => {
    const pre = fc.constantFrom("", "-a", "-1", "-01", "-a.b-c", "-a..b", "-", "-0", "-0a", "+b", "-rc.1+b.2", "+");
    const part = fc.constantFrom("0", "1", "01", "*", "x", "999999999999999", "9007199254740993", "");
    const text = fc
      .tuple(fc.constantFrom("", "^", "~", "=", ">", ">=", "<", "<=", "^^", "=>"), fc.array(part, { maxLength: 4 }), pre)
      .map(([operator, parts, tail]) => `${operator}${parts.join(".")}${tail}`);
    fc.assert(
      fc.property(text, (one) => {
        const accepted = accepts(one);
        if (accepted) expect(semver.validRange(semverRangeText(normaliseRange(one)))).not.toBeNull();
        else if (/^(?:[<>]=?|[=^~])?\d+\.\d+\.\d+/.test(one)) expect(semver.validRange(one.replace(/^(?=\d)/, "^"))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  test("a version satisfies it when for some alternative it satisfies every comparator", () => {
    const full = fc.tuple(number, number, number).map((parts) => parts.join("."));
    fc.assert(
      fc.property(range, full, (text, candidate) => {
        const expected = text
          .split("||")
          .some((alternative) =>
            alternative.split(",").every((one) => semver.satisfies(candidate, /^\s*\d/.test(one) ? `^${one.trim()}` : one)),
          );
        expect(semver.satisfies(candidate, semverRangeText(normaliseRange(text)))).toBe(expected);
      }),
    );
  });
});

function accepts(text: string): boolean {
  try {
    normaliseRange(text);
    return true;
  } catch {
    return false;
  }
}

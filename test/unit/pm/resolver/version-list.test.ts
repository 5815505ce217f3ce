import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { normaliseRange } from "../../../../src/pm/manifest/requirement.ts";
import { exactVersionOf, RangeCache, VersionList } from "../../../../src/pm/resolver/version-list.ts";
import { positionsOf } from "../../../../src/pm/resolver/version-set.ts";

const listOf = (versions: readonly string[], yanked: readonly string[] = [], permitted: readonly string[] = []): VersionList =>
  new VersionList(
    versions.map((version) => ({ version, yanked: yanked.includes(version) })),
    { permitted: new Set(permitted) },
    new RangeCache(),
  );

const matching = (list: VersionList, range: string): string[] =>
  [...positionsOf(list.match(normaliseRange(range)))].map((position) => list.textAt(position));

const version = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.constantFrom("", "", "", "-alpha", "-alpha.1", "-beta", "-0"))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`);
const comparator = fc.tuple(fc.constantFrom("^", "~", "=", ">", ">=", "<", "<="), version).map((parts) => parts.join(""));
const partial = fc
  .tuple(fc.constantFrom("^", "~", "=", ">", ">=", "<", "<="), fc.nat(3), fc.nat(3))
  .map(([operator, major, minor]) => `${operator}${major}.${minor}`);
const alternative = fc.array(fc.oneof(comparator, partial), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(","));
const range = fc.oneof(
  fc.constant("*"),
  fc.array(alternative, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("||")),
);

describe("a list of versions", () => {
  it("matches a range as the semver library does, version by version", () => {
    fc.assert(
      fc.property(fc.uniqueArray(version, { maxLength: 30 }), range, (versions, text) => {
        const expected = versions.filter((item) => semver.satisfies(item, text.replaceAll(",", " "))).sort(semver.compare);
        expect(matching(listOf(versions), text)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["^1", ["1.0.0", "1.2.0"]],
    ["^1.1.0-alpha", ["1.1.0-alpha", "1.1.0-beta", "1.2.0"]],
    [">=1.1.0-beta", ["1.1.0-beta", "1.2.0", "2.0.0"]],
    ["*", ["1.0.0", "1.2.0", "2.0.0"]],
    ["<2.0.0", ["1.0.0", "1.2.0"]],
    [">=2.0.0-rc.1,<2.0.0", ["2.0.0-rc.1"]],
  ])("reads %s by cargo's rule for pre-releases", (text, expected) => {
    expect(
      matching(listOf(["1.0.0", "1.1.0-alpha", "1.1.0-beta", "1.2.0", "2.0.0-rc.1", "2.0.0", "2.1.0-alpha"]), text),
    ).toEqual(expected);
  });

  it("is in semver's order whatever order the registry answers in", () => {
    const list = listOf(["10.0.0", "2.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0"]);
    expect(list.versions.map((item) => item.raw)).toEqual(["1.9.0", "1.10.0", "2.0.0-rc.1", "2.0.0", "10.0.0"]);
  });

  it("leaves out what is no version", () => {
    expect(listOf(["latest", "1.0.0", "v-next"]).versions).toHaveLength(1);
  });

  it("gives a yanked version only to an exact range, unless it is permitted", () => {
    const list = listOf(["1.0.0", "1.1.0"], ["1.1.0"]);
    expect(matching(list, "^1")).toEqual(["1.0.0"]);
    expect(matching(list, "=1.1.0")).toEqual(["1.1.0"]);
    expect(matching(listOf(["1.0.0", "1.1.0"], ["1.1.0"], ["1.1.0"]), "^1")).toEqual(["1.0.0", "1.1.0"]);
  });

  it.each([
    ["=1.2.3", "1.2.3"],
    ["=1.2.3-rc.1", "1.2.3-rc.1"],
    ["=1.2", undefined],
    ["^1.2.3", undefined],
    ["=1.2.3||=1.2.4", undefined],
  ])("takes %s for exact or not", (text, expected) => {
    expect(exactVersionOf(text)).toBe(expected);
  });
});

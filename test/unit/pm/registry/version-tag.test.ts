import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameRelease, MAX_TAG_BYTES, tagVersion, versionTag, yankTag } from "../../../../src/pm/registry/version-tag.ts";

const PAIRS = [
  ["1.0.0", "1.0.0"],
  ["1.0.0-rc.1", "1.0.0-rc.1"],
  ["1.0.0+build.5", "1.0.0_build.5"],
  ["1.0.0-a-b+c-d", "1.0.0-a-b_c-d"],
] as const;

const OTHER_TAGS = ["latest", "v1.0.0", "1.0", "1", "yank_1.0.0", "1.0.0_", "1.0.0_a_b", "01.0.0", "sha256-abc", "1.0.0-rc.01"];

describe("the tag of a version", () => {
  it.each(PAIRS)("of `%s` is `%s`, and back", (version, tag) => {
    expect(versionTag(version)).toBe(tag);
    expect(tagVersion(tag)).toBe(version);
  });

  it.each(OTHER_TAGS)("`%s` names no version", (tag) => {
    expect(tagVersion(tag)).toBeUndefined();
  });

  it.each(["v1.0.0", " 1.0.0", "1.0", "1.0.0 ", "=1.0.0"])("`%s` has no tag", (version) => {
    expect(() => versionTag(version)).toThrow(expect.objectContaining({ code: "VERSION_INVALID" }));
  });

  it("is at most 120 bytes long", () => {
    const longest = `1.0.0-${"a".repeat(MAX_TAG_BYTES - 6)}`;
    expect(versionTag(longest)).toBe(longest);
    expect(() => versionTag(`${longest}a`)).toThrow(expect.objectContaining({ code: "VERSION_INVALID" }));
    expect(tagVersion(`${longest}a`)).toBeUndefined();
    expect(yankTag(longest).length).toBeLessThanOrEqual(128);
  });

  it("comes back for every version", () => {
    const part = fc.stringMatching(/^[0-9a-z-]*[a-z-][0-9a-z-]*$/, { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(99), fc.option(part), fc.option(part), (major, pre, build) => {
        const version = `${major}.0.1${pre ? `-${pre}` : ""}${build ? `+${build}` : ""}`;
        expect(tagVersion(versionTag(version))).toBe(version);
      }),
    );
  });

  it("versions that differ in build metadata are one release", () => {
    expect(isSameRelease("1.0.0+a", "1.0.0+b")).toBe(true);
    expect(isSameRelease("1.0.0", "1.0.1")).toBe(false);
  });
});

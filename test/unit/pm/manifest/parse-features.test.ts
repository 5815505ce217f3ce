import { describe, expect, test } from "vitest";
import { isVoxError } from "../../../../src/errors/vox-error.ts";
import { formatFeatureItem, parseFeatureItem } from "../../../../src/pm/manifest/parse-features.ts";
import { parseManifest } from "../../../../src/pm/manifest/parse-manifest.ts";

const HEAD =
  '[package]\nname = "demo"\n[dependencies]\nplain = "1"\nzstd = { version = "1", optional = true }\nhttp-router = { version = "1", optional = true }\n[dev-dependencies]\nkit = "1"\n[features]\n';

const featuresOf = (text: string) => parseManifest(`${HEAD}${text}`, { file: "Vox.toml" }).manifest.features;

function refusalOf(text: string): string {
  try {
    featuresOf(text);
  } catch (error) {
    if (isVoxError(error, "MANIFEST_INVALID")) return `${error.place?.line ?? "?"}: ${error.message} (${error.hint ?? ""})`;
    throw error;
  }
  return "accepted";
}

describe("an item of a feature", () => {
  test.each([
    ["tls", { kind: "feature", name: "tls" }],
    ["dep:zstd", { kind: "dependency", name: "zstd" }],
    ["zstd/fast", { kind: "feature-of", name: "zstd", feature: "fast", weak: false }],
    ["zstd?/fast", { kind: "feature-of", name: "zstd", feature: "fast", weak: true }],
  ])("`%s` is %j, and is written so", (text, expected) => {
    const item = parseFeatureItem(text);
    expect(item).toEqual(expected);
    expect(item && formatFeatureItem(item)).toBe(text);
  });

  test.each(["", "dep:", "a/b/c", "a?", "?/x", "dep:a/b", "a/", "/b", "dep:dep:a"])("`%s` is none", (text) => {
    expect(parseFeatureItem(text)).toBeUndefined();
  });
});

describe("[features]", () => {
  test.each([
    ["a = []\n", { a: [] }],
    ['default = ["b", "a", "b"]\na = []\nb = ["dep:zstd"]\n', { default: ["a", "b"], a: [], b: ["dep:zstd"] }],
    ['a = ["zstd"]\n', { a: ["zstd"] }],
    ['a = ["plain/x", "zstd?/y", "kit/z"]\n', { a: ["kit/z", "plain/x", "zstd?/y"] }],
    ['zstd = ["dep:zstd"]\n', { zstd: ["dep:zstd"] }],
    ['a = ["dep:http_router", "http_router?/tls"]\n', { a: ["dep:http-router", "http-router?/tls"] }],
    ['constructor = ["toString"]\ntoString = []\n', { constructor: ["toString"], toString: [] }],
  ])("%j is %j", (text, expected) => {
    expect(Object.entries(featuresOf(text)).sort()).toEqual(Object.entries(expected).sort());
  });

  test.each([
    ['a = ["b"]\n', "10: `[features] a` has `b`, which is neither a feature nor an optional dependency (correct Vox.toml"],
    ['abc = []\na = ["abd"]\n', "(did you mean `abc`?)"],
    ['a = ["dep:gone"]\n', "10: `[features] a` has `dep:gone`, and there is no dependency `gone` (correct Vox.toml"],
    ['a = ["dep:zst"]\n', "(did you mean `zstd`?)"],
    [
      'a = ["dep:plain"]\n',
      "`[features] a` has `dep:plain`, but that dependency is not optional (add `optional = true` to `plain`)",
    ],
    ['a = ["plain?/x"]\n', "but that dependency is not optional (write `plain/x`)"],
    ['a = ["plain"]\n', "which is a dependency and no feature (add `optional = true` to `plain`)"],
    ['a = ["zstd"]\nb = ["dep:zstd"]\n', "which is a dependency and no feature (write `dep:zstd`)"],
    [
      "zstd = []\n",
      "10: `[features] zstd` is also the feature of the optional dependency of that name (write `dep:zstd` in it)",
    ],
    ['a = ["x/y/z"]\n', "which is no feature (write `name`, `dep:name`, `name/feature` or `name?/feature`)"],
    ['a = ["zstd/x,y"]\n', "which is no feature"],
    ['a = ["a b"]\n', "which is no feature"],
    ['"a,b" = []\n', "10: `a,b` in `[features]` is not a feature name"],
    ['a = "b"\n', '`[features] a` is text, not a list (write it as a list: `["b"]`)'],
  ])("%j is refused", (text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });
});

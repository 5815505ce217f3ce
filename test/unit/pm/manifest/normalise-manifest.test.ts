import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { packageMetadataSchema, packageMetadataText } from "../../../../src/contracts/package-metadata.ts";
import { isVoxError } from "../../../../src/errors/vox-error.ts";
import { isPackageManifest, type PackageManifest } from "../../../../src/pm/manifest/manifest.ts";
import { normalisedManifestText, type NormaliseOptions } from "../../../../src/pm/manifest/normalise-manifest.ts";
import { packageMetadata } from "../../../../src/pm/manifest/package-metadata.ts";
import { parseManifest } from "../../../../src/pm/manifest/parse-manifest.ts";
import { checkPublishable } from "../../../../src/pm/manifest/publishable.ts";
import { renderToml, type TomlValue } from "../../../../src/pm/manifest/write-toml.ts";

function manifestOf(text: string): PackageManifest {
  const { manifest } = parseManifest(text, { file: "Vox.toml" });
  if (!isPackageManifest(manifest)) throw new Error("the text has [package]");
  return manifest;
}

const NO_PATHS: NormaliseOptions = { versionOf: () => undefined };
const HEAD = '[package]\nname = "demo"\nversion = "1.0.0"\n';

const TEXT = `
[package]
version = "1.4.0"
name = "storefront"
kind = "application"
description = "A \\"shop\\"\\n\\twith \\u0001 and \\\\ and é"
authors = ["A", "B"]
keywords = []
include = ["x"]
exclude = ["y"]
build = ["make"]
platforms = ["linux/arm64", "linux/amd64"]
[dependencies]
zeta = "1"
http-router = "2.1"
auth = { version = "1", features = ["oauth"], default-features = false, optional = true }
shared = { path = "../shared", version = "1.2" }
sibling = { path = "../sibling", features = ["x"] }
[dev-dependencies]
kit = "1"
[skills]
summarise = "0.2"
[features]
default = ["login"]
login = ["dep:auth", "kit/fast", "zeta/fast"]
[[bin]]
name = "shop"
path = "bin/shop.js"
[[bin]]
name = "admin"
path = "bin/admin.js"
[workspace]
members = ["x"]
[registries.corp]
index = "oci://h/p"
[patch]
zeta = "=1.0.0"
[orchestrator]
a = 1
[deploy.container]
base_image = "scratch"
`;

describe("the normalised manifest", () => {
  test("resolves, sorts, and drops what matters only where the package is made", () => {
    expect(normalisedManifestText(manifestOf(TEXT), { versionOf: (name) => (name === "sibling" ? "3.1.0+build" : undefined) }))
      .toBe(`[package]
authors = ["A", "B"]
description = "A \\"shop\\"\\n\\twith \\u0001 and \\\\ and é"
kind = "application"
name = "storefront"
platforms = ["linux/amd64", "linux/arm64"]
version = "1.4.0"

[[bin]]
name = "shop"
path = "bin/shop.js"

[[bin]]
name = "admin"
path = "bin/admin.js"

[dependencies]
auth = { default-features = false, features = ["oauth"], optional = true, version = "^1" }
http-router = "^2.1"
shared = "^1.2"
sibling = { features = ["x"], version = "^3.1.0" }
zeta = "^1"

[features]
default = ["login"]
login = ["dep:auth", "zeta/fast"]

[skills]
summarise = "^0.2"
`);
  });

  test("of the smallest package is that of the archive vector", () => {
    expect(normalisedManifestText(manifestOf(HEAD), NO_PATHS)).toBe(HEAD);
  });

  test("keeps git and other registries for an archive that is not published, and leaves the own registry's name out", () => {
    const manifest = manifestOf(
      `${HEAD}[dependencies]\na = { git = "https://x.y/a", branch = "main" }\nb = { version = "1", registry = "corp" }\n`,
    );
    expect(normalisedManifestText(manifest, NO_PATHS)).toContain(
      'a = { branch = "main", git = "https://x.y/a" }\nb = { registry = "corp", version = "^1" }\n',
    );
    expect(normalisedManifestText(manifest, { ...NO_PATHS, registry: "corp" })).toContain('b = "^1"\n');
  });

  test("of a path that leads to no package is refused", () => {
    expect(() => normalisedManifestText(manifestOf(`${HEAD}[dependencies]\na = { path = "../a" }\n`), NO_PATHS)).toThrowError(
      expect.objectContaining({ code: "WORKSPACE_INVALID" }),
    );
  });

  const name = fc.constantFrom("alpha", "beta-x", "gamma_y", "constructor", "d1", "e");
  const requirement = fc.record({
    version: fc.constantFrom("1", "^2.1", ">=1, <3", "1.2 || 2", "*", "~0.3"),
    features: fc.subarray(["one", "two", "three"]),
    "default-features": fc.boolean(),
  });
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const document = fc.record({
    description: text,
    authors: fc.array(text, { maxLength: 3 }),
    keywords: fc.array(text, { maxLength: 2 }),
    kind: fc.constantFrom("library", "skill", "agent"),
    dependencies: fc.dictionary(name, requirement, { noNullPrototype: true }),
    features: fc.dictionary(fc.constantFrom("default", "fast", "a.b", "x+y"), fc.subarray(["fast", "default"]), {
      noNullPrototype: true,
    }),
    bins: fc.uniqueArray(fc.constantFrom("run", "other"), { maxLength: 2 }),
  });

  test("of a normalised manifest is that manifest, byte for byte", () => {
    fc.assert(
      fc.property(document, ({ description, authors, keywords, kind, dependencies, features, bins }) => {
        const known = new Set(Object.keys(features));
        const kept = Object.fromEntries(
          Object.entries(features).map(([key, items]) => [key, items.filter((item) => known.has(item))]),
        );
        const source = renderToml([
          { name: "package", kind: "table", values: { name: "demo", description, authors, keywords, kind } },
          { name: "dependencies", kind: "table", values: dependencies },
          { name: "features", kind: "table", values: kept },
          ...bins.map((bin) => ({ name: "bin", kind: "array-table" as const, values: { name: bin, path: `bin/${bin}` } })),
        ]);
        const once = normalisedManifestText(manifestOf(source), NO_PATHS);
        expect(normalisedManifestText(manifestOf(once), NO_PATHS)).toBe(once);
        expect(packageMetadata(manifestOf(once))).toEqual(packageMetadata(manifestOf(source)));
      }),
    );
  });
});

describe("the TOML writer", () => {
  const value: fc.Arbitrary<TomlValue> = fc.letrec<{ value: TomlValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: "grapheme" }),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit: "grapheme", maxLength: 4 }), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;

  test("writes what a parser reads back", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 4, noNullPrototype: true }), (values) => {
        fc.pre(!Object.keys(values).includes("__proto__"));
        const read: unknown = JSON.parse(JSON.stringify(parse(renderToml([{ name: "t", kind: "table", values }]))));
        expect(read).toEqual({ t: values });
      }),
    );
  });
});

describe("the metadata of a package", () => {
  test("is the contract's example, in canonical JSON", () => {
    const manifest = manifestOf(
      '[package]\nname = "http-router"\nversion = "2.3.1"\n[dependencies]\ntokenizer = "^2.0"\n[features]\ndefault = ["tls"]\ntls = []\n[dev-dependencies]\nkit = "1"\n',
    );
    expect(packageMetadataText(packageMetadata(manifest))).toBe(
      '{"dependencies":[{"defaultFeatures":true,"features":[],"name":"tokenizer","optional":false,"requirement":"^2.0"}],"features":{"default":["tls"],"tls":[]},"kind":"library","name":"http-router","platforms":[],"schemaVersion":1,"skills":[],"version":"2.3.1"}',
    );
  });

  test("has dependencies and skills by name, and passes its own schema", () => {
    const text = normalisedManifestText(manifestOf(TEXT), { versionOf: () => "3.1.0" });
    const metadata = packageMetadata(manifestOf(text));
    expect(packageMetadataSchema.parse(metadata)).toEqual(metadata);
    expect(metadata.dependencies.map(({ name, requirement }) => `${name} ${requirement}`)).toEqual([
      "auth ^1",
      "http-router ^2.1",
      "shared ^1.2",
      "sibling ^3.1.0",
      "zeta ^1",
    ]);
    expect(metadata.skills).toEqual([
      { name: "summarise", requirement: "^0.2", optional: false, features: [], defaultFeatures: true },
    ]);
    expect(metadata).toMatchObject({
      kind: "application",
      platforms: ["linux/amd64", "linux/arm64"],
      features: { login: ["dep:auth", "zeta/fast"] },
    });
  });

  test.each(['a = { git = "https://x.y/a" }', 'a = { path = "../a" }', 'a = { version = "1", registry = "corp" }'])(
    "cannot be made with %s",
    (line) => {
      expect(() => packageMetadata(manifestOf(`${HEAD}[dependencies]\n${line}\n`))).toThrowError(
        expect.objectContaining({ code: "PUBLISH_REFUSED" }),
      );
    },
  );
});

describe("publishing", () => {
  const refusalOf = (dependencies: string, registry = "default"): string => {
    try {
      checkPublishable(manifestOf(`${HEAD}${dependencies}`), registry);
    } catch (error) {
      if (isVoxError(error)) return `${error.code}: ${error.message} (${error.hint ?? ""})`;
      throw error;
    }
    return "allowed";
  };

  test.each([
    ['[dependencies]\na = "1"\nb = { path = "../b", version = "1" }\n', "default"],
    ['[dependencies]\na = { version = "1", registry = "corp" }\n', "corp"],
    ['[dev-dependencies]\na = { git = "https://x.y/a" }\nb = { path = "../b" }\n', "default"],
  ])("%j to `%s` is allowed", (dependencies, registry) => {
    expect(refusalOf(dependencies, registry)).toBe("allowed");
  });

  test.each([
    [
      '[dependencies]\na = { git = "https://x.y/a" }\n',
      "PUBLISH_REFUSED: `demo` depends on `a` from git (publish `a` and depend on its version)",
    ],
    [
      '[skills]\na = { path = "../a" }\n',
      "PUBLISH_REFUSED: `demo` depends on `a` by a path without a version (add `version` beside the path of `a`)",
    ],
    [
      '[dependencies]\na = { version = "1", registry = "corp" }\n',
      "PUBLISH_REFUSED: `demo` depends on `a` of the registry `corp`, and is published to `default` (mirror `a` to `default` and depend on it there)",
    ],
  ])("%j is refused", (dependencies, expected) => {
    expect(refusalOf(dependencies)).toBe(expected);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { type BuildFacts, imageProvenance } from "../../../src/attest/provenance/image-provenance.ts";
import { parseImageProvenance } from "../../../src/attest/provenance/parse-provenance.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { JsonCursor } from "../../../src/core/json-cursor.ts";
import { CHECKOUT } from "../../support/vox-cli.ts";
import { projectOf } from "../container/fixtures.ts";
import { PACKAGES, subjectOf } from "./sbom-subject.ts";

const FACTS: BuildFacts = {
  builder: "https://vox.dev/builders/local/v1",
  voxVersion: "0.1.0",
  build: ["node", "build.js"],
  compressor: "gzip-6-1m",
  startedOn: "2026-03-03T14:05:00Z",
};
const { identity, baseImages, dependencies } = subjectOf().project;
const project = projectOf({ identity, baseImages: [...baseImages], dependencies, packages: PACKAGES });
const predicate = imageProvenance(project, FACTS);
const parsed = (value: unknown) =>
  parseImageProvenance(new JsonCursor(value, { code: "ATTESTATION_INVALID", what: "the provenance" }));

describe("the provenance of an image", () => {
  it("names what it was made of and by whom", async () => {
    await expect(`${JSON.stringify(predicate, undefined, 2)}\n`).toMatchFileSnapshot(
      join(CHECKOUT, "test/goldens/provenance/image.json"),
    );
  });

  it("is what its schema in contracts/ lets through, and nothing else is", () => {
    const validate = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(
      JSON.parse(readFileSync(join(CHECKOUT, "contracts/provenance/image.schema.json"), "utf8")),
    );
    const { startedOn: _, ...timeless } = FACTS;
    for (const document of [predicate, imageProvenance({ ...project, baseImages: [], packages: [] }, timeless)])
      expect(validate(JSON.parse(JSON.stringify(document))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...JSON.parse(JSON.stringify(predicate)), more: 1 })).toBe(false);
  });

  it("is read again with every archive, the lock and the base", () => {
    const provenance = parsed(predicate);
    expect(provenance.closureDigest).toBe(digestOf("closure"));
    expect(provenance.lockDigest).toBe(digestOf("lock"));
    const names = [...provenance.dependencies.keys()];
    for (const name of [
      "slug@2.0.1",
      "codec@1.0.0-rc.1?platform=linux/arm64",
      "docker.io/library/node:22-slim?platform=linux/amd64",
    ])
      expect(names).toContain(name);
    expect(provenance.dependencies.get("slug@2.0.1")?.diffId).toBe(digestOf("tar of slug@2.0.1"));
  });

  it("tells no credentials of the repository, and no time but the source's", () => {
    const secret = { ...identity, repository: "https://user:hunter2@example.com/shop.git" };
    const { startedOn: _, ...timeless } = FACTS;
    const text = JSON.stringify(imageProvenance({ ...project, identity: secret }, timeless));
    expect(text).not.toMatch(/hunter2|startedOn/);
    expect(text).toContain("git+https://example.com/shop.git@");
  });

  const { buildDefinition } = JSON.parse(JSON.stringify(predicate));
  it.each([
    ["no object", []],
    ["of another build", { buildDefinition: { ...buildDefinition, buildType: "https://example.com/make" } }],
    [
      "without a lock",
      { buildDefinition: { ...buildDefinition, resolvedDependencies: [] }, runDetails: { builder: { id: "x" } } },
    ],
    [
      "with a digest that is none",
      { buildDefinition: { ...buildDefinition, resolvedDependencies: [{ name: "a", digest: { sha256: "00" } }] } },
    ],
    ["without a builder", { buildDefinition }],
  ])("that is %s is refused", (_name, document) => {
    expect(() => parsed(document)).toThrow(expect.objectContaining({ code: "ATTESTATION_INVALID" }));
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/core/digest.ts";
import { packageArtifact, type PackageArtifactInput } from "../../../../src/pm/registry/package-artifact.ts";
import { versionTag } from "../../../../src/pm/registry/version-tag.ts";
import { yankDocument, type YankState } from "../../../../src/pm/registry/yank.ts";

interface DocumentVector {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly text: string;
}

interface PackageVector {
  readonly about: string;
  readonly input: PackageArtifactInput;
  readonly documents: readonly DocumentVector[];
  readonly root: string;
  readonly tag: string;
}

const vector = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../contracts/vectors/package/${name}.json`, import.meta.url), "utf8"));

describe("a package in a registry", () => {
  it.each(["neutral", "bare", "large-config", "platforms"])("is byte for byte the vector `%s`", (name) => {
    const { input, documents, root, tag } = vector<PackageVector>(name);
    const artifact = packageArtifact(input);
    const written = artifact.documents.map(({ descriptor, bytes }) => ({
      ...descriptor,
      text: new TextDecoder().decode(bytes),
    }));
    expect(written).toEqual(documents);
    expect(artifact.root.descriptor.digest).toBe(root);
    expect(versionTag(artifact.metadata.version)).toBe(tag);
  });

  it("names every document by its own digest, the root last", () => {
    const artifact = packageArtifact(vector<PackageVector>("platforms").input);
    for (const { bytes, descriptor } of artifact.documents) expect(digestOf(bytes)).toBe(descriptor.digest);
    expect(artifact.documents.at(-1)).toBe(artifact.root);
  });

  it("does not depend on the order in which platforms come", () => {
    const { input } = vector<PackageVector>("platforms");
    if (input.archives.kind !== "by-platform") throw new Error("the vector has platforms");
    const turned = { ...input, archives: { ...input.archives, blobs: input.archives.blobs.toReversed() } };
    expect(packageArtifact(turned)).toEqual(packageArtifact(input));
  });

  it("is yanked by a manifest that is byte for byte the vector", () => {
    const { cases } = vector<{ cases: readonly { input: YankState; document: DocumentVector }[] }>("yank");
    for (const { input, document } of cases) {
      const { descriptor, bytes } = yankDocument(input);
      expect({ ...descriptor, text: new TextDecoder().decode(bytes) }).toEqual(document);
    }
  });
});

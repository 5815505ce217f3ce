import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { describe, expect, it } from "vitest";
import { cyclonedxDocument } from "../../../src/attest/sbom/cyclonedx.ts";
import { parseLicence } from "../../../src/attest/sbom/licence.ts";
import { applicationPurl, imagePurl, packagePurl } from "../../../src/attest/sbom/purl.ts";
import type { SbomSubject } from "../../../src/attest/sbom/sbom-subject.ts";
import { spdxDocument } from "../../../src/attest/sbom/spdx.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { spdxFaults } from "../../support/spdx-schema.ts";
import { CHECKOUT } from "../../support/vox-cli.ts";
import { AMD64, projectOf } from "../container/fixtures.ts";
import { COMMIT, PACKAGES, subjectOf } from "./sbom-subject.ts";

const { image: _, ...withoutImage } = subjectOf();
const SUBJECTS: readonly (readonly [string, SbomSubject])[] = [
  ["an image", subjectOf()],
  ["a project without an image", withoutImage],
  [
    "a project with nothing in it",
    { project: projectOf({ baseImages: [] }), created: "1970-01-01T00:00:00Z", voxVersion: "0.1.0" },
  ],
  [
    "a base that lies on disk",
    subjectOf({
      project: projectOf({
        baseImages: [{ reference: "oci-layout:../base image:node", digest: digestOf("b"), platforms: [] }],
      }),
    }),
  ],
];

describe("a bill of materials", () => {
  it.each(SUBJECTS)("of %s is CycloneDX 1.6 by its own validator", async (_name, subject) => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(JSON.stringify(cyclonedxDocument(subject)))).toBeNull();
  });

  it.each(SUBJECTS)("of %s is SPDX 2.3 by the official schema, and by its text", (_name, subject) => {
    const document = spdxDocument(subject);
    expect(spdxFaults(document)).toEqual([]);
    expect(spdxFaults({ ...JSON.parse(JSON.stringify(document)), packages: [{ name: "x" }] })).not.toEqual([]);
    const { packages, relationships } = JSON.parse(JSON.stringify(document));
    const ids = new Set(["SPDXRef-DOCUMENT", ...packages.map(({ SPDXID }: { SPDXID: string }) => SPDXID)]);
    expect(ids.size).toBe(packages.length + 1);
    for (const { spdxElementId, relatedSpdxElement } of relationships)
      expect(ids.has(spdxElementId) && ids.has(relatedSpdxElement), `${spdxElementId} ${relatedSpdxElement}`).toBe(true);
  });

  it.each([
    ["cyclonedx", cyclonedxDocument],
    ["spdx", spdxDocument],
  ] as const)("in %s names every package, edge, licence and digest", async (format, document) => {
    await expect(`${JSON.stringify(document(subjectOf()), undefined, 2)}\n`).toMatchFileSnapshot(
      join(CHECKOUT, `test/goldens/sbom/storefront.${format}.json`),
    );
  });

  it.each([
    ["cyclonedx", cyclonedxDocument, "serialNumber"],
    ["spdx", spdxDocument, "documentNamespace"],
  ] as const)(
    "in %s has a name of its own for each content, whatever order the packages come in",
    (_format, document, name) => {
      const subject = subjectOf();
      const nameOf = (change: Partial<SbomSubject>): unknown => document({ ...subject, ...change })[name];
      expect(nameOf({})).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(nameOf({ project: { ...subject.project, packages: PACKAGES.toReversed() } })).toBe(nameOf({}));
      expect(nameOf({ project: { ...subject.project, packages: PACKAGES.slice(1) } })).not.toBe(nameOf({}));
      expect(nameOf({ created: "2026-03-03T14:05:01Z" })).not.toBe(nameOf({}));
    },
  );
});

describe("a package URL", () => {
  const digest = digestOf("x");
  const [, , templates] = PACKAGES;
  it.each([
    [
      "of a package",
      packagePurl({ name: "slug", version: "2.0.1", source: "registry+default" }, digest),
      { type: "generic", name: "slug", version: "2.0.1", qualifiers: { checksum: digest } },
    ],
    [
      "of build metadata",
      packagePurl({ name: "slug", version: "1.0.0+a.b", source: "path+." }),
      { type: "generic", name: "slug", version: "1.0.0+a.b" },
    ],
    [
      "of one platform",
      packagePurl({ name: "codec", version: "1.0.0", source: "registry+corp" }, digest, AMD64),
      { qualifiers: { checksum: digest, platform: AMD64 } },
    ],
    [
      "of a git package",
      packagePurl(templates ?? { name: "", version: "", source: "" }),
      { qualifiers: { vcs_url: `git+https://example.com/t.git@${COMMIT}` } },
    ],
    [
      "of an image",
      imagePurl("docker.io/library/Node", digest, "22-slim"),
      { type: "oci", name: "node", version: digest, qualifiers: { repository_url: "docker.io/library/Node", tag: "22-slim" } },
    ],
    [
      "of an application",
      applicationPurl(subjectOf().project.identity),
      { qualifiers: { vcs_url: `git+https://example.com/shop.git@${COMMIT}` } },
    ],
  ] as const)("%s reads as what it was made of, to the reference library", (_name, purl, expected) => {
    const read = PackageURL.fromString(purl);
    expect({ ...read, qualifiers: { ...read.qualifiers } }).toMatchObject(expected);
    expect(read.toString()).toBe(purl);
  });

  it("of a dirty tree names no commit", () => {
    expect(applicationPurl({ ...subjectOf().project.identity, dirty: true })).toBe("pkg:generic/storefront@1.4.0");
  });
});

describe("a licence", () => {
  it.each([
    [undefined, "none"],
    ["  ", "none"],
    ["MIT", "expression"],
    ["GPL-2.0-only WITH Classpath-exception-2.0 AND (MIT OR BSD-3-Clause)", "expression"],
    ["Apache 2.0", "words"],
    ["Proprietary", "words"],
    ["LicenseRef-ours", "words"],
    ["mit", "words"],
  ])("%j is %s", (text, kind) => {
    expect(parseLicence(text).kind).toBe(kind);
  });
});

import type { JsonValue } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { LockedBaseImage, MaterializedPackage, ProjectIdentity } from "../../project/materialized-project.ts";
import { baseName } from "./base-name.ts";
import { documentUuid } from "./document-uuid.ts";
import { type Licence, parseLicence } from "./licence.ts";
import { applicationPurl, imagePurl, packagePurl, vcsUrl } from "./purl.ts";
import type { SbomImage, SbomSubject } from "./sbom-subject.ts";

type JsonObject = { readonly [key: string]: JsonValue };

/** SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/) in JSON: the same project and image give the same document. */
export function spdxDocument(subject: SbomSubject): JsonObject {
  const body = documentBody(subject);
  const { name, version } = subject.project.identity;
  return { ...body, documentNamespace: `https://vox.dev/spdx/${name}-${encodeURIComponent(version)}/${documentUuid(body)}` };
}

function documentBody({ project, image, created, voxVersion }: SbomSubject): JsonObject {
  const { identity, baseImages } = project;
  const packages = sortedByUtf8(project.packages, ({ name }) => name);
  const extracted = extractedLicences([identity.license, ...packages.map(({ license }) => license)]);
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `${identity.name}@${identity.version}`,
    creationInfo: { created, creators: [`Tool: vox-${voxVersion}`] },
    packages: [
      ...(image ? [imagePackage(image, identity)] : []),
      applicationPackage(identity),
      ...baseImages.map(basePackage),
      ...packages.flatMap(librarySpdxPackages),
    ],
    relationships: [
      relationship("SPDXRef-DOCUMENT", "DESCRIBES", image ? IMAGE : APPLICATION),
      ...(image ? [relationship(IMAGE, "CONTAINS", APPLICATION)] : []),
      ...baseImages.map((_, index) =>
        relationship(image ? IMAGE : APPLICATION, image ? "DESCENDANT_OF" : "DEPENDS_ON", baseId(index)),
      ),
      ...project.dependencies.map((name) => relationship(APPLICATION, "DEPENDS_ON", packageId(name))),
      ...packages.flatMap(packageRelationships),
    ],
    ...(extracted.length > 0 ? { hasExtractedLicensingInfos: extracted } : {}),
  };
}

const IMAGE = "SPDXRef-Image";
const APPLICATION = "SPDXRef-Application";
/** An identifier has letters, digits, `.` and `-` (SPDX 2.3, 7.2); names of packages differ in `-` and `_` never alone. */
const packageId = (name: string): string => `SPDXRef-Package-${name.replaceAll("_", "-")}`;
const platformId = (name: string, platform: string): string => `${packageId(name)}.${platform.replaceAll(/[^a-z0-9]/g, ".")}`;
const baseId = (index: number): string => `SPDXRef-Base-${index + 1}`;

const relationship = (from: string, type: string, to: string): JsonObject => ({
  spdxElementId: from,
  relationshipType: type,
  relatedSpdxElement: to,
});

const packageRelationships = ({ name, dependencies, archive }: MaterializedPackage): readonly JsonObject[] => [
  ...dependencies.map((target) => relationship(packageId(name), "DEPENDS_ON", packageId(target))),
  ...(archive.kind === "by-platform"
    ? archive.blobs.map(({ platform }) => relationship(platformId(name, platform), "VARIANT_OF", packageId(name)))
    : []),
];

interface Described {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly purpose: "APPLICATION" | "CONTAINER" | "LIBRARY";
  readonly purl: string;
  readonly digest?: Digest;
  readonly license?: string | undefined;
  readonly download?: string | undefined;
  readonly comment?: string;
}

const spdxPackage = (described: Described): JsonObject => ({
  SPDXID: described.id,
  name: described.name,
  versionInfo: described.version,
  downloadLocation: described.download ?? "NOASSERTION",
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: declared(parseLicence(described.license)),
  copyrightText: "NOASSERTION",
  primaryPackagePurpose: described.purpose,
  ...(described.digest === undefined ? {} : { checksums: [{ algorithm: "SHA256", checksumValue: hexOf(described.digest) }] }),
  externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: described.purl }],
  ...(described.comment ? { comment: described.comment } : {}),
});

const imagePackage = ({ name, digest, platforms }: SbomImage, { version }: ProjectIdentity): JsonObject =>
  spdxPackage({
    id: IMAGE,
    name,
    version,
    purpose: "CONTAINER",
    purl: imagePurl(name, digest),
    digest,
    comment: platforms.map((entry) => `${entry.platform} ${entry.digest}`).join(", "),
  });

function applicationPackage(identity: ProjectIdentity): JsonObject {
  const { name, version, license, homepage, description } = identity;
  return {
    ...spdxPackage({ id: APPLICATION, name, version, purpose: "APPLICATION", purl: applicationPurl(identity), license }),
    ...(homepage ? { homepage } : {}),
    ...(description ? { description } : {}),
  };
}

function basePackage(base: LockedBaseImage, index: number): JsonObject {
  const { name, tag } = baseName(base.reference);
  return spdxPackage({
    id: baseId(index),
    name,
    version: base.digest,
    purpose: "CONTAINER",
    purl: imagePurl(name, base.digest, tag),
    digest: base.digest,
    comment: base.platforms.map(({ platform, digest }) => `${platform} ${digest}`).join(", "),
  });
}

/** A package, and beside it each archive that is for one platform. */
function librarySpdxPackages(item: MaterializedPackage): readonly JsonObject[] {
  const { name, version, source, license, archive } = item;
  const common = { name, version, purpose: "LIBRARY", license, download: vcsUrl(source), comment: source } as const;
  if (archive.kind === "neutral") {
    const { digest } = archive.blob;
    return [spdxPackage({ ...common, id: packageId(name), purl: packagePurl(item, digest), digest })];
  }
  return [
    spdxPackage({ ...common, id: packageId(name), purl: packagePurl(item) }),
    ...archive.blobs.map(({ platform, digest }) =>
      spdxPackage({ ...common, id: platformId(name, platform), purl: packagePurl(item, digest, platform), digest }),
    ),
  ];
}

function declared(licence: Licence): string {
  switch (licence.kind) {
    case "none":
      return "NOASSERTION";
    case "expression":
      return licence.expression;
    case "words":
      return licence.ref;
  }
}

function extractedLicences(texts: readonly (string | undefined)[]): readonly JsonObject[] {
  const words = texts.map(parseLicence).filter((licence) => licence.kind === "words");
  const unique = new Map(words.map(({ ref, text }) => [ref, { licenseId: ref, extractedText: text, name: text }]));
  return sortedByUtf8(unique.values(), ({ licenseId }) => licenseId);
}

import { withoutCredentials } from "../../core/address-credentials.ts";
import type { JsonValue } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { LockedBaseImage, MaterializedPackage, ProjectIdentity } from "../../project/materialized-project.ts";
import { baseName } from "./base-name.ts";
import { documentUuid } from "./document-uuid.ts";
import { parseLicence } from "./licence.ts";
import { applicationPurl, imagePurl, packagePurl } from "./purl.ts";
import type { SbomImage, SbomSubject } from "./sbom-subject.ts";

type JsonObject = { readonly [key: string]: JsonValue };

/** CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the same project and image give the same document. */
export function cyclonedxDocument(subject: SbomSubject): JsonObject {
  const body = documentBody(subject);
  return { ...body, serialNumber: `urn:uuid:${documentUuid(body)}` };
}

function documentBody({ project, image, created, voxVersion }: SbomSubject): JsonObject {
  const { identity, baseImages } = project;
  const packages = sortedByUtf8(project.packages, ({ name }) => name);
  const application = applicationComponent(identity);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: created,
      lifecycles: [{ phase: image ? "build" : "pre-build" }],
      tools: { components: [{ type: "application", name: "vox", version: voxVersion }] },
      component: image ? imageComponent(image, identity) : application,
    },
    components: [
      ...(image ? [application] : []),
      ...baseImages.map(baseComponent),
      ...packages.map((item) => packageComponent(item)),
    ],
    dependencies: [
      ...(image ? [{ ref: IMAGE, dependsOn: [APPLICATION, ...baseImages.map(baseRef)] }] : []),
      { ref: APPLICATION, dependsOn: project.dependencies.map(packageRef) },
      ...baseImages.map((base) => ({ ref: baseRef(base) })),
      ...packages.map(({ name, dependencies }) => ({ ref: packageRef(name), dependsOn: dependencies.map(packageRef) })),
    ],
  };
}

const IMAGE = "image";
const APPLICATION = "application";
const packageRef = (name: string): string => `package:${name}`;
const baseRef = ({ reference }: LockedBaseImage): string => `base:${reference}`;
const hashes = (digest: Digest): JsonValue => [{ alg: "SHA-256", content: hexOf(digest) }];

const imageComponent = ({ name, digest, platforms }: SbomImage, { version }: ProjectIdentity): JsonObject => ({
  type: "container",
  "bom-ref": IMAGE,
  name,
  version,
  hashes: hashes(digest),
  purl: imagePurl(name, digest),
  properties: platforms.map((entry) => ({ name: `vox:manifest:${entry.platform}`, value: entry.digest })),
});

function applicationComponent(identity: ProjectIdentity): JsonObject {
  const { name, version, description, license, authors, repository, homepage, documentation } = identity;
  const references = [
    { type: "vcs", url: repository && withoutCredentials(repository) },
    { type: "website", url: homepage },
    { type: "documentation", url: documentation },
  ].flatMap(({ type, url }) => (url ? [{ type, url }] : []));
  return {
    type: "application",
    "bom-ref": APPLICATION,
    name,
    version,
    ...(description ? { description } : {}),
    ...(authors.length > 0 ? { authors: authors.map((author) => ({ name: author })) } : {}),
    ...licences(license),
    purl: applicationPurl(identity),
    ...(references.length > 0 ? { externalReferences: references } : {}),
  };
}

const baseComponent = (base: LockedBaseImage): JsonObject => ({
  type: "container",
  "bom-ref": baseRef(base),
  name: baseName(base.reference).name,
  version: base.digest,
  hashes: hashes(base.digest),
  purl: imagePurl(baseName(base.reference).name, base.digest, baseName(base.reference).tag),
  properties: base.platforms.map(({ platform, digest }) => ({ name: `vox:manifest:${platform}`, value: digest })),
});

/** A package with an archive for each platform has a part for each. */
function packageComponent(item: MaterializedPackage): JsonObject {
  const { name, version, source, license, archive } = item;
  const common = { type: "library", "bom-ref": packageRef(name), name, version, ...licences(license) };
  if (archive.kind === "neutral") {
    const { digest, diffId } = archive.blob;
    return { ...common, hashes: hashes(digest), purl: packagePurl(item, digest), properties: facts(source, diffId) };
  }
  const parts = archive.blobs.map(({ platform, digest, diffId }) => ({
    type: "library",
    "bom-ref": `${packageRef(name)}?platform=${platform}`,
    name,
    version,
    hashes: hashes(digest),
    purl: packagePurl(item, digest, platform),
    properties: [{ name: "vox:diff-id", value: diffId }],
  }));
  return { ...common, purl: packagePurl(item), properties: facts(source), components: parts };
}

const facts = (source: string, diffId?: Digest): JsonValue => [
  { name: "vox:source", value: source },
  ...(diffId === undefined ? [] : [{ name: "vox:diff-id", value: diffId }]),
];

function licences(text: string | undefined): JsonObject {
  const licence = parseLicence(text);
  switch (licence.kind) {
    case "none":
      return {};
    case "expression":
      return { licenses: [{ expression: licence.expression }] };
    case "words":
      return { licenses: [{ license: { name: licence.text } }] };
  }
}

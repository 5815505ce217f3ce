import type { JsonValue } from "../core/canonical-json.ts";
import type { Digest } from "../core/digest.ts";
import type { Platform } from "../core/platform.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatStatement, PREDICATE } from "./statement.ts";

/** An image as far as statements name it. */
export interface AttestedImage {
  /** `host/repository`, or the image's name where it has no place yet. */
  readonly name: string;
  readonly root: Descriptor;
  readonly platforms: readonly { readonly platform: Platform; readonly manifest: Descriptor }[];
}

/** A statement, and the manifest that it is attached to. */
export interface ImageStatement {
  readonly subject: Descriptor;
  readonly predicateType: string;
  readonly bytes: Uint8Array;
}

export interface Predicate {
  readonly predicateType: string;
  readonly predicate: JsonValue;
}

/**
 * Everything that is said of an image: a signature on the index and on each platform's manifest, since clients that run one platform look at
 * that alone; the rest once, on the index, naming every digest (contracts, §7).
 */
export const imageStatements = (image: AttestedImage, predicates: readonly Predicate[]): readonly ImageStatement[] => [
  ...signedManifests(image).map((subject) => signatureStatement(subject)),
  ...predicates.map(({ predicateType, predicate }) => ({
    subject: image.root,
    predicateType,
    bytes: formatStatement({ subjects: subjectsOf(image), predicateType, predicate }),
  })),
];

/** What has a signature of its own. */
export const signedManifests = ({ root, platforms }: AttestedImage): readonly Descriptor[] => [
  root,
  ...platforms.map(({ manifest }) => manifest),
];

/** What `cosign sign` states: the digest, and nothing about it. */
export const signatureStatement = (subject: Descriptor): ImageStatement => ({
  subject,
  predicateType: PREDICATE.signature,
  bytes: formatStatement({ subjects: [{ digest: subject.digest }], predicateType: PREDICATE.signature, predicate: {} }),
});

const subjectsOf = ({
  name,
  root,
  platforms,
}: AttestedImage): readonly { readonly name: string; readonly digest: Digest }[] => [
  { name, digest: root.digest },
  ...platforms.map(({ platform, manifest }) => ({ name: `${name}?platform=${platform}`, digest: manifest.digest })),
];

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

/** A statement, and the manifests that it is attached to. */
export interface ImageStatement {
  readonly attachedTo: readonly Descriptor[];
  readonly predicateType: string;
  readonly bytes: Uint8Array;
}

export interface Predicate {
  readonly predicateType: string;
  readonly predicate: JsonValue;
}

/**
 * Everything that is said of an image, each naming every digest: the signature, attached to the index and to each platform's manifest, since
 * clients that run one platform look at that alone; the rest once, on the index (contracts, §7).
 */
export const imageStatements = (image: AttestedImage, predicates: readonly Predicate[]): readonly ImageStatement[] => [
  signatureStatement(signedManifests(image)),
  ...predicates.map(({ predicateType, predicate }) => ({
    attachedTo: [image.root],
    predicateType,
    bytes: formatStatement({ subjects: subjectsOf(image), predicateType, predicate }),
  })),
];

/** What has a signature of its own. */
export const signedManifests = ({ root, platforms }: AttestedImage): readonly Descriptor[] => [
  root,
  ...platforms.map(({ manifest }) => manifest),
];

/** What `cosign sign` states: digests, and nothing about them. */
export const signatureStatement = (manifests: readonly Descriptor[]): ImageStatement => ({
  attachedTo: manifests,
  predicateType: PREDICATE.signature,
  bytes: formatStatement({
    subjects: manifests.map(({ digest }) => ({ digest })),
    predicateType: PREDICATE.signature,
    predicate: {},
  }),
});

const subjectsOf = ({
  name,
  root,
  platforms,
}: AttestedImage): readonly { readonly name: string; readonly digest: Digest }[] => [
  { name, digest: root.digest },
  ...platforms.map(({ platform, manifest }) => ({ name: `${name}?platform=${platform}`, digest: manifest.digest })),
];

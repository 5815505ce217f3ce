import { BUNDLE_TYPE, MAX_BUNDLE_BYTES, parseBundle } from "../attest/bundle.ts";
import {
  parseSimpleSigning,
  SIMPLE_SIGNING_TYPE,
  signatureOfLayer,
  signatureTag,
  type SimpleSignature,
} from "../attest/simple-signing.ts";
import type { AttachedBundle, ManifestEvidence } from "../attest/verify/evidence.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { ContentReader, ReferrerReader, TagReader, TransferOptions } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { MEDIA_TYPE } from "../oci/media-types.ts";
import { isImageIndex, parseImageManifest, parseManifestOrIndex } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";

export type AttachedPlace = ContentReader & ReferrerReader & TagReader;

/** Whoever may push can attach; more than this is no image's signatures. */
const MAX_REFERRERS = 100;
const READS_AT_ONCE = 4;

/** What foreign content can be wrong in; anything else is the registry's failure. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "ATTESTATION_INVALID",
  "OCI_INVALID",
  "CONTENT_MISMATCH",
  "CONTENT_MISSING",
  "CONTENT_TOO_LARGE",
]);

/** All that is attached to a manifest, in either of cosign's forms; what cannot be read is evidence too. */
export async function readEvidence(
  place: AttachedPlace,
  name: string,
  manifest: Descriptor,
  options: TransferOptions,
): Promise<ManifestEvidence> {
  const bundles = await readBundles(place, manifest, options);
  try {
    return { name, manifest, bundles, simple: await readSimpleSignatures(place, manifest, options) };
  } catch (error) {
    if (!isVoxError(error) || !UNREADABLE.has(error.code)) throw error;
    const reason = `at the tag \`${signatureTag(manifest.digest)}\`: ${error.message}`;
    return { name, manifest, bundles: [...bundles, { kind: "unreadable", entry: manifest, reason }], simple: [] };
  }
}

/**
 * The bundles among what is attached to a manifest, each read within bounds; a list is somebody's word, so that each one's subject is looked at.
 */
export async function readBundles(
  place: AttachedPlace,
  subject: Descriptor,
  options: TransferOptions,
): Promise<readonly AttachedBundle[]> {
  const listed = (await place.referrers(subject.digest, options)).filter(mayBeBundle);
  if (listed.length > MAX_REFERRERS)
    return [
      { kind: "unreadable", entry: subject, reason: `${listed.length} bundles are attached, more than ${MAX_REFERRERS}` },
    ];
  const read = await mapConcurrent(listed, READS_AT_ONCE, (entry) => readBundle(place, subject, entry, options));
  return read.flat();
}

/** Some registries list a referrer under the type of its config, which is the empty one. */
const mayBeBundle = ({ artifactType = MEDIA_TYPE.empty }: Descriptor): boolean =>
  artifactType === BUNDLE_TYPE || artifactType === MEDIA_TYPE.empty;

/** Nothing for what turns out to be something else than a bundle. */
async function readBundle(
  place: ContentReader,
  subject: Descriptor,
  entry: Descriptor,
  options: TransferOptions,
): Promise<readonly AttachedBundle[]> {
  const unreadable = (reason: string): readonly AttachedBundle[] => [{ kind: "unreadable", entry, reason }];
  try {
    const manifest = parseManifestOrIndex(await readContent(place, entry, options), entry);
    if (manifest.artifactType !== BUNDLE_TYPE) return [];
    if (isImageIndex(manifest) || manifest.subject?.digest !== subject.digest)
      return unreadable("it is attached to something else");
    const [layer, ...more] = manifest.layers;
    if (!layer || more.length > 0) return unreadable("it has not one layer");
    if (layer.size > MAX_BUNDLE_BYTES) return unreadable(`it is larger than ${MAX_BUNDLE_BYTES} bytes`);
    const bytes = await readContent(place, layer, { ...options, maxBytes: MAX_BUNDLE_BYTES });
    return [{ kind: "bundle", entry, bundle: parseBundle(bytes), bytes }];
  } catch (error) {
    if (!isVoxError(error) || !UNREADABLE.has(error.code)) throw error;
    return unreadable(error.message);
  }
}

/** The signatures of cosign's older kind, about the manifest; those that cannot be read or are about another are passed over. */
export async function readSimpleSignatures(
  place: ContentReader & TagReader,
  subject: Descriptor,
  options: TransferOptions,
): Promise<readonly SimpleSignature[]> {
  const layers = await signatureLayers(place, subject, options);
  const read = await mapConcurrent(layers.slice(0, MAX_REFERRERS), READS_AT_ONCE, async (layer) => {
    const signature = signatureOfLayer(layer);
    if (layer.mediaType !== SIMPLE_SIGNING_TYPE || signature === undefined) return [];
    try {
      const payload = await readContent(place, layer, options);
      return parseSimpleSigning(payload) === subject.digest ? [{ payload, signature }] : [];
    } catch (error) {
      if (!isVoxError(error) || !UNREADABLE.has(error.code)) throw error;
      return [];
    }
  });
  return read.flat();
}

/** The layers of the image at the signature's tag; none without one. */
export async function signatureLayers(
  place: ContentReader & TagReader,
  subject: Descriptor,
  options: TransferOptions,
): Promise<readonly Descriptor[]> {
  const root = await place.resolve(signatureTag(subject.digest), options);
  if (!root) return [];
  const what = `the signatures of \`${subject.digest}\``;
  return parseImageManifest(await readContent(place, root, options), { mediaType: root.mediaType, what }).layers;
}

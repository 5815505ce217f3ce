import type { Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { isManifestType } from "./media-types.ts";
import { isImageIndex, parseManifestOrIndex } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";

/** Indexes may nest; deeper than this is an attack or a mistake. */
export const MAX_GRAPH_DEPTH = 8;

/**
 * What content names directly: an index its manifests, a manifest its config and layers, a blob nothing. A `subject` is not
 * followed: it points from a referrer to what was there before it.
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE, CONTENT_MISMATCH
 */
export function successorsOf(descriptor: Descriptor, bytes: Uint8Array): readonly Descriptor[] {
  if (!isManifestType(descriptor.mediaType)) return [];
  const document = parseManifestOrIndex(bytes, descriptor);
  return isImageIndex(document) ? document.manifests : [document.config, ...document.layers];
}

/** @throws {VoxError} OCI_INVALID */
export function refuseDepth(descriptor: Descriptor, depth: number): void {
  if (depth > MAX_GRAPH_DEPTH)
    throw new VoxError("OCI_INVALID", `\`${descriptor.digest}\` lies in more than ${MAX_GRAPH_DEPTH} nested indexes`);
}

/**
 * The digests of everything a root reaches, the root included; only manifests are read. Given to `copyGraph` as `present` when
 * the destination is known to hold the root, it saves a question for each blob that has not changed.
 * @throws {VoxError} OCI_INVALID, CONTENT_MISSING, CONTENT_MISMATCH
 */
export async function digestsReachableFrom(
  reader: ContentReader,
  root: Descriptor,
  options: TransferOptions = {},
): Promise<ReadonlySet<Digest>> {
  const reached = new Set<Digest>();
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (reached.has(descriptor.digest)) return;
    refuseDepth(descriptor, depth);
    reached.add(descriptor.digest);
    if (!isManifestType(descriptor.mediaType)) return;
    const bytes = await readContent(reader, descriptor, options);
    await Promise.all(successorsOf(descriptor, bytes).map((child) => visit(child, depth + 1)));
  };
  await visit(root, 0);
  return reached;
}

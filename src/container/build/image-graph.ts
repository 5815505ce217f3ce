import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { refuseDepth, successorsOf } from "../../oci/graph.ts";
import { isManifestType } from "../../oci/media-types.ts";
import { readContent } from "../../oci/read-content.ts";

/**
 * All that a root reaches, each digest once, the root first; only manifests are read.
 * @throws {VoxError} OCI_INVALID, CONTENT_MISSING, CONTENT_MISMATCH
 */
export async function contentOf(
  reader: ContentReader,
  root: Descriptor,
  options: TransferOptions = {},
): Promise<readonly Descriptor[]> {
  const found = new Map<string, Descriptor>();
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (found.has(descriptor.digest)) return;
    refuseDepth(descriptor, depth);
    found.set(descriptor.digest, descriptor);
    if (!isManifestType(descriptor.mediaType)) return;
    for (const child of successorsOf(descriptor, await readContent(reader, descriptor, options))) await visit(child, depth + 1);
  };
  await visit(root, 0);
  return [...found.values()];
}

/** The indexes and manifests among them. */
export async function manifestsOf(
  reader: ContentReader,
  root: Descriptor,
  options: TransferOptions = {},
): Promise<readonly Descriptor[]> {
  return (await contentOf(reader, root, options)).filter((descriptor) => isManifestType(descriptor.mediaType));
}

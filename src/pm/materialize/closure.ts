import { canonicalJson } from "../../core/canonical-json.ts";
import { type Digest, digestOf } from "../../core/digest.ts";
import type { PackageName } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ArchiveBlob } from "../../project/materialized-project.ts";

/** One package to unpack: a registry's, a git commit's or a folder's canonical archive, by digest. */
export interface ArchivedPackage extends ArchiveBlob {
  readonly name: PackageName;
  readonly version: string;
}

/** What a closure is: the canonical JSON of `[[name, diffId], …]`, sorted by name. */
export const closureText = (packages: readonly ArchivedPackage[]): string =>
  canonicalJson(sortedByUtf8(packages, (entry) => entry.name).map((entry) => [entry.name, entry.diffId]));

/** What a closure directory is named by: sha256 of its text. */
export const closureKey = (packages: readonly ArchivedPackage[]): Digest => digestOf(closureText(packages));

/** The descriptor of a package's archive, as stores know it. */
export const blobOf = ({ mediaType, digest, size }: ArchiveBlob): Descriptor => ({ mediaType, digest, size });

import type { Digest } from "../../core/digest.ts";
import type { ParsedProvenance } from "../../contracts/provenance.ts";

/** What a lock says of a package, what its registry holds now, and the records that are attached there. */
export interface ProvenanceFacts {
  readonly name: string;
  readonly version: string;
  /** As the project names it. */
  readonly registry: string;
  /** Line of its entry in vox.lock, from 1. */
  readonly line: number;
  readonly archives: readonly LockedArchiveFacts[];
  /** What the version's tag names; absent when there is no such tag. */
  readonly root?: RootFacts;
  /** Attached to the root; none when there is no record. */
  readonly records: readonly ParsedProvenance[];
}

export interface LockedArchiveFacts {
  readonly manifest: Digest;
  readonly digest: Digest;
  readonly diffId: Digest;
}

export interface RootFacts {
  readonly digest: Digest;
  /** Manifests that it names for platforms; itself where it names none. */
  readonly manifests: readonly Digest[];
  /** Annotations `org.opencontainers.image.source` and `.revision`. */
  readonly source?: string;
  readonly revision?: string;
}

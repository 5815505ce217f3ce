import { VoxError } from "../../errors/vox-error.ts";
import { parseTag } from "../../oci/reference.ts";
import type { ProjectIdentity } from "../../project/materialized-project.ts";

export interface TagRequest {
  /** Its name is a tag that moves. */
  readonly environment: string;
  readonly identity: Pick<ProjectIdentity, "revision" | "dirty">;
  /** Of `--tag`. */
  readonly extra: readonly string[];
}

const REVISION_HEX = 12;
/** Deployment records live under these names (contracts, §7). */
const RESERVED = /^vox\.deploy\./;

/**
 * The tags of a publication: the environment's name, `git-<12 hex>` on a clean tree, and what was asked for; each once (contracts, §7 "Tags").
 * @throws {VoxError} REFERENCE_INVALID
 */
export function imageTags({ environment, identity, extra }: TagRequest): readonly string[] {
  const commit = identity.revision !== undefined && !identity.dirty ? [`git-${identity.revision.slice(0, REVISION_HEX)}`] : [];
  return [...new Set([environment, ...commit, ...extra])].map(checkedTag);
}

/**
 * The tag of a release, which does not move; a tag has `_` for `+` (contracts, §7 "Tags").
 * @throws {VoxError} REFERENCE_INVALID
 */
export const releaseTag = (version: string): string => checkedTag(version.replaceAll("+", "_"));

function checkedTag(tag: string): string {
  if (!RESERVED.test(tag)) return parseTag(tag);
  throw new VoxError("REFERENCE_INVALID", `tag \`${tag}\` is kept for deployment records`, { hint: "choose another `--tag`" });
}

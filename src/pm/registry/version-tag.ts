import semver from "semver";
import { VoxError } from "../../errors/vox-error.ts";

/** The longest tag of a version, in bytes, so that `yank_<tag>` is still a tag (contracts, §5). */
export const MAX_TAG_BYTES = 120;

const YANK_PREFIX = "yank_";

/**
 * The tag of a version: `+` is written `_`.
 * @throws {VoxError} VERSION_INVALID
 */
export function versionTag(version: string): string {
  if (!isExactVersion(version)) throw new VoxError("VERSION_INVALID", `\`${version}\` is not a semver version`);
  const tag = version.replace("+", "_");
  if (tag.length > MAX_TAG_BYTES) {
    throw new VoxError("VERSION_INVALID", `version \`${version}\` is longer than ${MAX_TAG_BYTES} bytes`);
  }
  return tag;
}

/** The version that a tag names; `undefined` for a tag that is none. */
export function tagVersion(tag: string): string | undefined {
  const version = tag.replace("_", "+");
  return tag.length <= MAX_TAG_BYTES && isExactVersion(version) ? version : undefined;
}

/** The tag that tells whether a version is yanked. */
export const yankTag = (version: string): string => YANK_PREFIX + versionTag(version);

/** Whether the two differ in build metadata at most: such versions cannot coexist in a registry. */
export const isSameRelease = (left: string, right: string): boolean => semver.compare(left, right) === 0;

/** Strict semver as written: no `v`, no spaces, nothing filled in. */
function isExactVersion(text: string): boolean {
  const parsed = semver.parse(text);
  return parsed !== null && [parsed.version, ...(parsed.build.length > 0 ? [parsed.build.join(".")] : [])].join("+") === text;
}

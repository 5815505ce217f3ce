import * as semver from "semver";
import { parseDigest, type Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";

/** The files of one release, with what each must be. */
export interface Release {
  readonly version: string;
  readonly files: ReadonlyMap<string, Digest>;
}

/**
 * Reads a release's list of checksums, `HEX  NAME` a line, as `sha256sum` writes it.
 * @param pattern name of the file that tells the version: `vox-{version}.tgz`
 * @throws {VoxError} RELEASE_INVALID
 */
export function parseRelease(text: string, pattern: string): Release {
  const lines = text.split("\n").filter((line) => line !== "");
  const files = new Map(lines.map(checksumOf));
  const versions = [...files.keys()].flatMap((name) => versionIn(name, pattern) ?? []);
  const [version] = versions;
  if (versions.length === 1 && version !== undefined && files.size === lines.length) return { version, files };
  throw invalid(versions.length === 0 ? `names no \`${pattern}\`` : "names a file twice, or two releases");
}

function checksumOf(line: string): readonly [string, Digest] {
  const [, hex = "", name = ""] = /^([0-9a-f]{64}) [ *]([A-Za-z0-9][\w.+-]*)$/.exec(line) ?? [];
  if (name === "") throw invalid(`has a line that is no checksum: \`${line.slice(0, 80)}\``);
  return [name, parseDigest(`sha256:${hex}`)];
}

function versionIn(name: string, pattern: string): string | undefined {
  const [before = "", after = ""] = pattern.split("{version}");
  if (!name.startsWith(before) || !name.endsWith(after)) return undefined;
  return semver.valid(name.slice(before.length, name.length - after.length)) ?? undefined;
}

const invalid = (what: string): VoxError => new VoxError("RELEASE_INVALID", `the list of checksums ${what}`);

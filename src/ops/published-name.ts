import { VoxError } from "../errors/vox-error.ts";
import { type PackageName, parsePackageName } from "../core/package-name.ts";
import { findSpelling, type SpelledPackage } from "./find-spelling.ts";

/** `NAME` or `NAME@VERSION`. */
export interface AskedPackage {
  readonly name: PackageName;
  readonly version?: string;
}

/** @throws {VoxError} NAME_INVALID */
export function parseAskedPackage(text: string): AskedPackage {
  const at = text.indexOf("@");
  const name = parsePackageName(at < 0 ? text : text.slice(0, at));
  return at < 0 ? { name } : { name, version: text.slice(at + 1) };
}

/**
 * A package as its registry writes it, and its versions, lowest first.
 * @throws {VoxError} PACKAGE_UNKNOWN, VERSION_UNKNOWN when the version that is asked for is not among them, NAME_AMBIGUOUS
 */
export async function findPublished<Version extends { readonly version: string }>(
  registry: string,
  asked: AskedPackage,
  versionsOf: (name: PackageName) => Promise<readonly Version[]>,
): Promise<SpelledPackage<Version>> {
  const found = await findSpelling(registry, asked.name, versionsOf);
  if (found.versions.length === 0) {
    throw new VoxError("PACKAGE_UNKNOWN", `registry \`${registry}\` has no package \`${asked.name}\``, {
      hint: "check the name, or name the registry that has it with `--registry NAME`",
    });
  }
  if (asked.version === undefined || found.versions.some(({ version }) => version === asked.version)) return found;
  const highest = found.versions.at(-1)?.version ?? "";
  throw new VoxError("VERSION_UNKNOWN", `registry \`${registry}\` has no \`${found.name}@${asked.version}\``, {
    hint: `run \`vox pm info ${found.name}\`; its highest version is \`${highest}\``,
  });
}

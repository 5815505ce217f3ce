import { otherSpellings, type PackageName } from "../core/package-name.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";

/** A package as its registry writes it, and its versions there. */
export interface SpelledPackage<Version> {
  readonly name: PackageName;
  /** None when the registry has no such package, however it is written. */
  readonly versions: readonly Version[];
}

/**
 * Looks a package up as it is written, then as it may be written: `-` and `_` are one letter (contracts, §2).
 * @throws {VoxError} NAME_AMBIGUOUS when the name as written is not there and several others are; what `versionsOf` throws
 */
export async function findSpelling<Version>(
  registry: string,
  name: PackageName,
  versionsOf: (name: PackageName) => Promise<readonly Version[]>,
): Promise<SpelledPackage<Version>> {
  const own = await told(() => versionsOf(name));
  if (own.versions.length > 0) return { name, versions: own.versions };
  const others = await Promise.all(
    otherSpellings(name).map(async (other) => ({ name: other, ...(await told(() => versionsOf(other))) })),
  );
  const [found, second] = others.filter(({ versions }) => versions.length > 0);
  if (found && second) throw ambiguousName(registry, found.name, second.name);
  if (found) return { name: found.name, versions: found.versions };
  if (own.denial) throw own.denial;
  return { name, versions: [] };
}

interface Told<Version> {
  readonly versions: readonly Version[];
  readonly denial?: VoxError;
}

/** Some registries refuse whoever asks for a repository that is not there: it counts only when no spelling is there. */
async function told<Version>(ask: () => Promise<readonly Version[]>): Promise<Told<Version>> {
  try {
    return { versions: await ask() };
  } catch (error) {
    if (isVoxError(error, "REGISTRY_DENIED")) return { versions: [], denial: error };
    throw error;
  }
}

export const ambiguousName = (registry: string, first: PackageName, second: PackageName): VoxError =>
  new VoxError("NAME_AMBIGUOUS", `registry \`${registry}\` has both \`${first}\` and \`${second}\`, which are one name`, {
    hint: `ask for \`${first}\` or for \`${second}\` everywhere, or tell the registry's owner`,
  });

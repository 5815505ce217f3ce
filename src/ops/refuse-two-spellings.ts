import { mapConcurrent } from "../core/concurrency.ts";
import { packageNameKey, type PackageName } from "../core/package-name.ts";
import type { LocalPackage } from "../pm/resolver/request.ts";
import type { Resolution } from "../pm/resolver/resolution.ts";
import { ambiguousName } from "./find-spelling.ts";

const QUESTIONS_AT_ONCE = 8;

/**
 * Sees that whoever writes a chosen package's name in another way means that package: a registry may have been given both (contracts, §2).
 * `publishedName` is how a registry writes what is asked for.
 * @throws {VoxError} NAME_AMBIGUOUS
 */
export async function refuseTwoSpellings(
  { packages }: Resolution,
  locals: readonly LocalPackage[],
  publishedName: (registry: string, name: PackageName) => Promise<PackageName>,
): Promise<void> {
  const asked = new Set([...locals, ...packages].flatMap(({ requirements }) => requirements.map(({ name }) => name)));
  const chosen = new Map(packages.map((item) => [packageNameKey(item.name), item]));
  await mapConcurrent([...asked], QUESTIONS_AT_ONCE, async (name) => {
    const target = chosen.get(packageNameKey(name));
    if (target?.source.kind !== "registry" || target.name === name) return;
    const published = await publishedName(target.source.registry, name);
    if (published !== target.name) throw ambiguousName(target.source.registry, target.name, published);
  });
}

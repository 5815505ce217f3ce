import semver from "semver";

/** The version that stands for a package: the highest that is neither yanked nor a pre-release, else the highest not yanked, else the highest. */
export function shownVersion<T extends { readonly version: string; readonly yanked: boolean }>(
  versions: readonly T[],
): T | undefined {
  const usable = versions.filter(({ yanked }) => !yanked);
  return usable.findLast(({ version }) => semver.prerelease(version) === null) ?? usable.at(-1) ?? versions.at(-1);
}

import { VoxError } from "../../errors/vox-error.ts";
import type { PackageManifest } from "./manifest.ts";
import type { Requirement } from "./requirement.ts";

/**
 * Whether a package may be published to a registry: it depends on packages of that registry alone (contracts, §5).
 * Dev-dependencies are not published and do not count.
 * @throws {VoxError} PUBLISH_REFUSED
 */
export function checkPublishable(manifest: PackageManifest, registry: string): void {
  for (const requirement of manifest.requirements) {
    if (requirement.scope === "dev") continue;
    const reason = refusalOf(requirement, manifest, registry);
    if (reason)
      throw new VoxError(
        "PUBLISH_REFUSED",
        `\`${manifest.package.name}\` depends on \`${requirement.name}\` ${reason.because}`,
        { hint: reason.hint },
      );
  }
}

function refusalOf(
  { name, source }: Requirement,
  { publishedRanges }: PackageManifest,
  registry: string,
): { because: string; hint: string } | undefined {
  switch (source.kind) {
    case "registry":
      if (source.registry === registry) return undefined;
      return {
        because: `of the registry \`${source.registry}\`, and is published to \`${registry}\``,
        hint: `mirror \`${name}\` to \`${registry}\` and depend on it there`,
      };
    case "git":
      return { because: "from git", hint: `publish \`${name}\` and depend on its version` };
    case "path":
      if (Object.hasOwn(publishedRanges, name)) return undefined;
      return { because: "by a path without a version", hint: `add \`version\` beside the path of \`${name}\`` };
  }
}

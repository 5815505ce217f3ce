import { posix } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import type { PackageWishes } from "../lockfile/closure.ts";
import { formatFeatureTable, formatRequiresLine } from "../lockfile/requires-line.ts";
import { normalFolder } from "../manifest/relative-folder.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { FoundPackage } from "./find-package.ts";
import { formatCommit, type GitCommit } from "./git-sources.ts";

/** A path dependency inside a repository, and the folder in which its package must be. */
export interface NeighbourAsk {
  readonly requirement: Requirement;
  /** Relative to the repository's top. */
  readonly folder: string;
}

export interface GitRequirements {
  /** As the lock states them: a path inside the repository is the same repository at the same commit. */
  readonly requirements: readonly Requirement[];
  readonly neighbours: readonly NeighbourAsk[];
}

/**
 * What a package of a repository asks of those who depend on it; dev-dependencies are its own matter.
 * @throws {VoxError} GIT_REFUSED for a path that leaves the repository
 */
export function gitRequirements({ folder, manifest }: FoundPackage, at: GitCommit): GitRequirements {
  const asked = manifest.requirements.filter(({ scope }) => scope !== "dev");
  const neighbours = asked.flatMap((requirement) =>
    requirement.source.kind === "path"
      ? [{ requirement, folder: insideFolder(folder, requirement, requirement.source.path, at) }]
      : [],
  );
  const requirements = asked.map((requirement): Requirement =>
    requirement.source.kind === "path"
      ? { ...requirement, source: { kind: "git", url: at.url, ref: { kind: "rev", name: at.commit } } }
      : requirement,
  );
  return { requirements, neighbours };
}

/** What vox.lock says of a package's wishes. */
export const gitWishes = (found: FoundPackage, at: GitCommit): PackageWishes => ({
  requires: gitRequirements(found, at).requirements.map(formatRequiresLine).sort(),
  featureTable: formatFeatureTable(found.manifest.features),
});

function insideFolder(from: string, { name }: Requirement, path: string, at: GitCommit): string {
  const folder = normalFolder(posix.join(from, path));
  if (!posix.isAbsolute(path) && folder !== ".." && !folder.startsWith("../")) return folder;
  throw new VoxError("GIT_REFUSED", `\`${formatCommit(at)}\` asks for \`${name}\` in \`${path}\`, outside the repository`, {
    hint: `ask its owner to publish \`${name}\`, or add \`[patch.${name}]\``,
  });
}

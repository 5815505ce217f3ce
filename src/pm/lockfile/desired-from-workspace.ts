import { posix } from "node:path";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { baseImageRequests } from "../manifest/base-image-requests.ts";
import type { PackageManifest } from "../manifest/manifest.ts";
import type { Workspace } from "../manifest/workspace.ts";
import type { DesiredState } from "./desired-state.ts";
import type { LockedProject, LockedRegistry } from "./lockfile.ts";
import { formatFeatureTable, formatPatchSource, formatRequiresLine } from "./requires-line.ts";

/** The index of a default registry that the project does not name: each machine has its own. */
const MACHINE_DEFAULT = "default";

/** What a workspace's manifests ask of its lock. */
export function desiredFromWorkspace(workspace: Workspace): DesiredState {
  return {
    projects: workspace.members.map(({ path, manifest }) => ({ path, ...linesOf(manifest) })),
    pathPackages: workspace.pathPackages.map(({ path, manifest }) => ({ path: posix.normalize(path), ...linesOf(manifest) })),
    folderVersions: new Map(
      [...workspace.members, ...workspace.pathPackages].map(({ path, manifest }) => [
        posix.normalize(path),
        manifest.package.version,
      ]),
    ),
    registries: declaredRegistries(workspace),
    patches: workspace.patches.map(({ name, requirement }) => ({ name, replacement: formatPatchSource(requirement.source) })),
    baseImages: baseImageRequests(workspace),
  };
}

function linesOf(manifest: PackageManifest): Omit<LockedProject, "path"> {
  return {
    name: manifest.package.name,
    requires: sortedByUtf8(manifest.requirements.map(formatRequiresLine), (line) => line),
    featureTable: formatFeatureTable(manifest.features),
  };
}

function declaredRegistries({ registries }: Workspace): LockedRegistry[] {
  const declared = registries.map(({ name, index }) => ({ name, index }));
  return declared.some(({ name }) => name === MACHINE_DEFAULT)
    ? declared
    : [{ name: "default", index: MACHINE_DEFAULT }, ...declared];
}

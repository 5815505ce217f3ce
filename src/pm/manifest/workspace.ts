import { posix } from "node:path";
import { packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { dockerfilePaths } from "./dockerfile-paths.ts";
import { findWorkspace, type FoundManifest, manifestFile, readManifestText } from "./find-workspace.ts";
import type { InheritedTables } from "./inherit.ts";
import { isPackageManifest, type Manifest } from "./manifest.ts";
import { placeOf } from "./manifest-fault.ts";
import type { ManifestWarning } from "./manifest-warning.ts";
import { memberFolders } from "./member-folders.ts";
import { parseManifest, type ParsedManifest } from "./parse-manifest.ts";
import { loadPathPackages } from "./path-packages.ts";
import type { ProjectFiles } from "./project-files.ts";
import { checkRegistryNames } from "./registry-names.ts";
import type { PathPackage, WorkspaceMember } from "./workspace-member.ts";

export type { PathPackage, WorkspaceMember } from "./workspace-member.ts";

/** The desired state of everything that one vox.lock stands for. */
export interface Workspace {
  /** The folder of vox.lock, relative to the base of the files that it was loaded from. */
  readonly root: string;
  /** By path. */
  readonly members: readonly WorkspaceMember[];
  /** By path. */
  readonly pathPackages: readonly PathPackage[];
  /** The root's; `file:` indexes are relative to the root. */
  readonly registries: Manifest["registries"];
  /** The root's; paths are relative to the root. */
  readonly patches: Manifest["patches"];
  readonly resolver: Manifest["resolver"];
  readonly warnings: readonly ManifestWarning[];
}

/**
 * Loads the workspace that a folder belongs to, its members, and every package that path dependencies reach (contracts, §2).
 * @throws {VoxError} MANIFEST_MISSING, MANIFEST_INVALID, MANIFEST_UNREADABLE, WORKSPACE_INVALID, DEPENDENCY_KIND, REGISTRY_UNKNOWN
 */
export async function loadWorkspace(files: ProjectFiles, from: string): Promise<Workspace> {
  const { root } = await findWorkspace(files, from);
  const rootParsed = parseManifest(root.text, { file: manifestFile(root.folder) });
  const loaded = await loadMembers(files, root, rootParsed);
  const members = loaded.map(({ member }) => member);
  refuseSameNames(root.folder, members);
  const pathPackages = await loadPathPackages(files, {
    root: root.folder,
    rootText: root.text,
    members,
    patches: rootParsed.manifest.patches,
  });
  const { registries, patches, resolver } = rootParsed.manifest;
  checkRegistryNames({ root: root.folder, rootText: root.text, registries, members, pathPackages, patches });
  const virtualWarnings = isPackageManifest(rootParsed.manifest) ? [] : rootParsed.warnings;
  const warnings = [...virtualWarnings, ...loaded.flatMap((one) => one.warnings)];
  return { root: root.folder, members, pathPackages, registries, patches, resolver, warnings };
}

interface LoadedMember {
  readonly member: WorkspaceMember;
  readonly warnings: readonly ManifestWarning[];
}

async function loadMembers(
  files: ProjectFiles,
  root: FoundManifest,
  { manifest, inheritable, warnings }: ParsedManifest,
): Promise<LoadedMember[]> {
  const own: LoadedMember[] = isPackageManifest(manifest)
    ? [{ member: { path: ".", manifest, text: root.text, ...(await dockerfilesOf(files, root.folder, manifest)) }, warnings }]
    : [];
  if (!manifest.workspace || !inheritable) return own;
  const others: LoadedMember[] = [];
  for (const path of await memberFolders(files, root.folder, manifest.workspace)) {
    others.push(await loadMember(files, root.folder, path, { ...inheritable, folder: path }));
  }
  return [...own, ...others];
}

async function loadMember(files: ProjectFiles, root: string, path: string, inherited: InheritedTables): Promise<LoadedMember> {
  const folder = posix.join(root, path);
  const file = manifestFile(folder);
  const text = (await readManifestText(files, folder)) ?? "";
  const { manifest, warnings } = parseManifest(text, { file, workspace: inherited });
  if (manifest.workspace)
    throw new VoxError("WORKSPACE_INVALID", `the member \`${path}\` is a workspace itself`, {
      place: placeOf({ file, text }, ["workspace"]),
      hint: "remove its `[workspace]`, or list it in `exclude`",
    });
  if (!isPackageManifest(manifest))
    throw new VoxError("WORKSPACE_INVALID", `the member \`${path}\` has no \`[package]\``, { place: { file } });
  const dockerfiles = await dockerfilesOf(files, folder, manifest);
  return { member: { path, manifest, text, ...dockerfiles }, warnings: [...warnings, ...ignoredTables(manifest, file, text)] };
}

/** The lock pins the images that they name, so that they are read as the manifests are. */
async function dockerfilesOf(
  files: ProjectFiles,
  folder: string,
  { deploy }: Manifest,
): Promise<Pick<WorkspaceMember, "dockerfiles">> {
  if (!deploy) return {};
  const dockerfiles = new Map<string, string>();
  for (const path of dockerfilePaths(deploy)) {
    const text = await files.readText(posix.join(folder, path));
    if (text !== undefined) dockerfiles.set(path, text);
  }
  return dockerfiles.size === 0 ? {} : { dockerfiles };
}

/** What only the root's Vox.toml decides. */
function ignoredTables(manifest: Manifest, file: string, text: string): ManifestWarning[] {
  const tables = [
    ...(manifest.registries.length > 0 ? ["registries"] : []),
    ...(manifest.patches.length > 0 ? ["patch"] : []),
    ...(manifest.resolver.minReleaseAgeMs > 0 ? ["resolver"] : []),
  ];
  return tables.map((table) => ({
    code: "MANIFEST_IGNORED",
    message: `\`[${table}]\` of a workspace member is not read`,
    hint: "move it to the Vox.toml of the workspace's root",
    place: placeOf({ file, text }, [table]),
  }));
}

function refuseSameNames(root: string, members: readonly WorkspaceMember[]): void {
  const seen = new Map<string, WorkspaceMember>();
  for (const member of members) {
    const key = packageNameKey(member.manifest.package.name);
    const other = seen.get(key);
    if (other) {
      const [first, second] = [other, member].map(({ path }) => manifestFile(posix.join(root, path)));
      throw new VoxError(
        "WORKSPACE_INVALID",
        `\`${member.manifest.package.name}\` is the name of both \`${first}\` and \`${second}\``,
        {
          place: placeOf({ file: second ?? "", text: member.text }, ["package", "name"]),
          hint: "rename one of the two, or list it in `exclude`",
        },
      );
    }
    seen.set(key, member);
  }
}

import { posix } from "node:path";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { manifestFile, readManifestText } from "./find-workspace.ts";
import type { Manifest } from "./manifest.ts";
import {
  coversFolder,
  expandPattern,
  isLiteral,
  leavesRoot,
  type MemberPattern,
  parseMemberPattern,
} from "./member-pattern.ts";
import type { ProjectFiles } from "./project-files.ts";

/**
 * The folders of a workspace's members but the root's own, relative to the root, sorted.
 * A wild card passes over folders without Vox.toml and over links; a folder named outright must be there.
 * @throws {VoxError} WORKSPACE_INVALID
 */
export async function memberFolders(
  files: ProjectFiles,
  root: string,
  { members, exclude }: NonNullable<Manifest["workspace"]>,
): Promise<string[]> {
  const excluded = exclude.map(parseMemberPattern);
  const found = new Set<string>();
  for (const pattern of members.map(parseMemberPattern)) {
    if (leavesRoot(pattern))
      throw invalid(
        root,
        `the member \`${pattern.text}\` is outside the workspace`,
        "use a path dependency, or move the package",
      );
    for (const folder of await expandPattern(pattern, (path) => files.listFolders(posix.join(root, path)))) {
      if (folder === "." || excluded.some((one) => coversFolder(one, folder))) continue;
      if (await holdsManifest(files, root, pattern, folder)) found.add(folder);
    }
  }
  const folders = sortedByUtf8(found, (folder) => folder);
  await refuseLinks(files, root, folders);
  return folders;
}

async function holdsManifest(files: ProjectFiles, root: string, pattern: MemberPattern, folder: string): Promise<boolean> {
  if ((await readManifestText(files, posix.join(root, folder))) !== undefined) return true;
  if (isLiteral(pattern))
    throw invalid(
      root,
      `the member \`${pattern.text}\` has no \`Vox.toml\``,
      `run \`vox init\` there, or remove it from \`members\``,
    );
  return false;
}

/** One folder is one member, and its content lies inside the workspace. */
async function refuseLinks(files: ProjectFiles, root: string, folders: readonly string[]): Promise<void> {
  const seen = new Map<string | undefined, string>();
  const realRoot = (await files.realFolder(root)) ?? "";
  const isInside = (real: string): boolean => /^[\\/]/.test(real.slice(realRoot.length)) && real.startsWith(realRoot);
  for (const folder of folders) {
    const real = (await files.realFolder(posix.join(root, folder))) ?? "";
    const other = seen.get(real);
    if (other !== undefined)
      throw invalid(root, `the members \`${other}\` and \`${folder}\` are one folder`, "remove one of the two from `members`");
    if (!isInside(real))
      throw invalid(root, `the member \`${folder}\` is a link that leaves the workspace`, "use a path dependency instead");
    seen.set(real, folder);
  }
}

const invalid = (root: string, message: string, hint: string): VoxError =>
  new VoxError("WORKSPACE_INVALID", message, { place: { file: manifestFile(root) }, hint });

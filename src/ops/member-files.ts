import { relative, sep } from "node:path";
import { listProjectFiles, type ProjectListing } from "../pm/files/list-project-files.ts";
import type { PackageManifest } from "../pm/manifest/manifest.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { FolderPorts, OpenFolder } from "./ports.ts";

export interface MemberListing extends ProjectListing {
  readonly opened: OpenFolder;
}

interface ListedMember {
  readonly path: string;
  readonly manifest: PackageManifest;
}

export interface MemberFilesOptions {
  readonly symlinks: "keep" | "refuse";
  /** Absolute folders that vox writes to, besides `dist`'s own formats. */
  readonly outputDirs: readonly string[];
}

/**
 * The files of a member's folder that enter its package or its application layer (contracts, §2 "Which files").
 * Folders of other members, as of other packages that the workspace knows, are theirs.
 */
export async function listMemberFiles(
  project: OpenProject,
  member: ListedMember,
  options: MemberFilesOptions,
  ports: FolderPorts,
): Promise<MemberListing> {
  const dir = memberDir(project, member);
  const opened = ports.openFolder(dir);
  const { include, exclude } = member.manifest.package;
  const vendored = await project.vendored.folder();
  const listing = await listProjectFiles(opened.folder, {
    include,
    exclude,
    outputFolders: [...options.outputDirs, ...otherPackages(project, member), ...(vendored ? [vendored] : [])].flatMap(
      (folder) => inside(dir, folder),
    ),
    symlinks: options.symlinks,
    outerRules: await opened.outerRules(),
  });
  return { ...listing, opened };
}

const otherPackages = (project: OpenProject, member: ListedMember): string[] =>
  [...project.workspace.members, ...project.workspace.pathPackages]
    .filter(({ path }) => path !== member.path)
    .map((other) => memberDir(project, other));

/** The folder relative to `dir`, when it lies in it. */
function inside(dir: string, folder: string): string[] {
  const path = relative(dir, folder).split(sep).join("/");
  return path === "" || path.startsWith("../") || path === ".." ? [] : [path];
}

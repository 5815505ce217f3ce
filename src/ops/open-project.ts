import { posix, relative, resolve } from "node:path";
import type { DesiredState } from "../pm/lockfile/desired-state.ts";
import { desiredFromWorkspace } from "../pm/lockfile/desired-from-workspace.ts";
import type { ProjectFiles, ProjectWriter } from "../pm/manifest/project-files.ts";
import { selectMember } from "../pm/manifest/select-member.ts";
import { loadWorkspace, type Workspace, type WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { FolderPorts, RegistryPorts, RunPorts } from "./ports.ts";
import { ProjectRegistries } from "./project-registries.ts";
import type { Vendored } from "./vendored.ts";

/** Which project a command is about. */
export interface ProjectChoice {
  /** Absolute; the folder that one stands in. */
  readonly folder: string;
  /** `--package NAME`. */
  readonly packageName: string | undefined;
}

/** A workspace that was read, and what its lock has to say. */
export interface OpenProject {
  readonly workspace: Workspace;
  /** Absolute; the folder of vox.lock. */
  readonly rootDir: string;
  /** Relative to `rootDir`. */
  readonly files: ProjectFiles & ProjectWriter;
  readonly desired: DesiredState;
  readonly registries: ProjectRegistries;
  readonly vendored: Vendored;
}

/** Reads the manifests of the workspace that a folder belongs to, and passes their warnings on. */
export async function openProject(
  choice: ProjectChoice,
  ports: Pick<FolderPorts, "projectFiles" | "vendored"> & RegistryPorts & RunPorts,
): Promise<OpenProject> {
  const workspace = await loadWorkspace(ports.projectFiles(choice.folder), ".");
  for (const { code, message, hint } of workspace.warnings) ports.onEvent({ kind: "warning", code, message, hint });
  const rootDir = resolve(choice.folder, workspace.root);
  return {
    workspace,
    rootDir,
    files: ports.projectFiles(rootDir),
    desired: desiredFromWorkspace(workspace),
    registries: new ProjectRegistries(workspace.registries, rootDir, ports),
    vendored: ports.vendored(rootDir),
  };
}

/** The one member that a command is about; see `selectMember`. */
export function chosenMember(project: OpenProject, { folder, packageName }: ProjectChoice): WorkspaceMember {
  return selectMember(project.workspace, {
    folder: posix.normalize(relative(project.rootDir, folder) || "."),
    ...(packageName === undefined ? {} : { packageName }),
  });
}

export const memberDir = (project: OpenProject, member: Pick<WorkspaceMember, "path">): string =>
  resolve(project.rootDir, member.path);

import { resolve } from "node:path";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ProjectFiles, ProjectWriter } from "../pm/manifest/project-files.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import type { LockHold } from "./lock-hold.ts";
import { type LockPorts, type LockResult, planLock } from "./lock-project.ts";
import { memberDir, type OpenProject, openProject, type ProjectChoice } from "./open-project.ts";
import type { FolderPorts, RegistryPorts } from "./ports.ts";
import { freshLock, LOCK_FILE } from "./read-lock.ts";

export type EditPorts = Pick<FolderPorts, "projectFiles" | "vendored"> & RegistryPorts & LockPorts;

/** A project that is to be edited: as it was opened, and by whom. */
export interface EditedProject {
  readonly choice: ProjectChoice;
  readonly project: OpenProject;
  readonly hold: LockHold;
}

/**
 * A command that changes what vox.lock must say cannot run where the lock is held (contracts, §3 "Modes").
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE
 */
export async function refuseHeldLock(
  { project, hold }: Pick<EditedProject, "project" | "hold">,
  command: string,
): Promise<void> {
  if (hold.mode === "default") return;
  await freshLock(project.files, project.desired);
  throw new VoxError("LOCK_STALE", `\`vox ${command}\` would make \`${LOCK_FILE}\` stale, and it is held as ${hold.mode}`, {
    place: { file: LOCK_FILE },
    hint: `run \`vox ${command}\` without \`--locked\` and \`--frozen\`, and with VOX_LOCKED and VOX_FROZEN unset`,
  });
}

/**
 * Gives a member's Vox.toml a new text and locks what it then asks: both files are written, or neither is.
 * @throws {VoxError} what parsing and resolving throw; FILE_CHANGED, CANNOT_WRITE
 */
export async function writeEdited(
  { choice, project, hold }: EditedProject,
  member: WorkspaceMember,
  text: string,
  ports: EditPorts,
): Promise<LockResult> {
  const path = resolve(memberDir(project, member), MANIFEST_FILE);
  const planned = await planLock(await openWithText(choice, { path, text }, ports), hold, ports);
  const { text: lockText, ...result } = planned;
  await refuseOtherText(project.files, path, member.text);
  if (text !== member.text) await project.files.writeAtomic(path, text);
  if (!result.changed) return result;
  try {
    await project.files.writeAtomic(LOCK_FILE, lockText);
  } catch (error) {
    await project.files.writeAtomic(path, member.text);
    throw error;
  }
  return result;
}

/** The project as it would be with another text in one file; its warnings were told when it was opened. */
const openWithText = (choice: ProjectChoice, file: StandIn, ports: EditPorts): Promise<OpenProject> =>
  openProject(choice, {
    ...ports,
    projectFiles: (dir) => withStandIn(ports.projectFiles(dir), dir, file),
    onEvent: () => undefined,
  });

interface StandIn {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

const withStandIn = (files: ProjectFiles & ProjectWriter, dir: string, file: StandIn): ProjectFiles & ProjectWriter => ({
  readText: async (path) => (resolve(dir, path) === file.path ? file.text : files.readText(path)),
  listFolders: (path) => files.listFolders(path),
  realFolder: (path) => files.realFolder(path),
  writeAtomic: (path, text) => files.writeAtomic(path, text),
});

async function refuseOtherText(files: ProjectFiles, path: string, expected: string): Promise<void> {
  if ((await files.readText(path)) === expected) return;
  throw new VoxError("FILE_CHANGED", `\`${MANIFEST_FILE}\` changed while the lock was made`, {
    place: { file: MANIFEST_FILE },
  });
}

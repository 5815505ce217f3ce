import { resolve } from "node:path";
import { type LockingCommand, lockPolicyFor } from "../../config/lock-mode.ts";
import type { LockHold } from "../../ops/lock-hold.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { FileObserver } from "../../pm/manifest/observed-files.ts";
import type { WorkspaceMember } from "../../pm/manifest/workspace-member.ts";
import { chosenMember, type OpenProject, openProject, type ProjectChoice } from "../../ops/open-project.ts";
import { createRuntime, type Runtime } from "../../runtime/create-runtime.ts";
import type { CommandContext } from "../command-context.ts";
import { lockFlags } from "./lock-flags.ts";

/** What every command about a project begins with. */
export interface ProjectCommand {
  readonly choice: ProjectChoice;
  readonly hold: LockHold;
  readonly ports: Runtime;
  readonly project: OpenProject;
}

/** Reads the flags and the project; the lock is the op's to judge. What is read for it goes through `observer`, if there is one. */
export async function openCommand(
  context: CommandContext,
  command: LockingCommand,
  observer?: FileObserver,
): Promise<ProjectCommand> {
  const { mode, offline, lane } = lockPolicyFor(command, lockFlags(context), context.env);
  const ports = observer ? observedBy(observer, runtimeOf(context)) : runtimeOf(context);
  const choice = choiceOf(context);
  return { choice, hold: { mode, offline, lane }, ports, project: await openProject(choice, ports) };
}

/** The root of a workspace that is no package stands for all its members. */
export function membersOf({ project, choice }: ProjectCommand): readonly WorkspaceMember[] {
  try {
    return [chosenMember(project, choice)];
  } catch (error) {
    if (isVoxError(error, "WORKSPACE_AMBIGUOUS")) return project.workspace.members;
    throw error;
  }
}

/** All members, unless `--package` names one. */
export const namedMembers = ({ project, choice }: ProjectCommand): readonly WorkspaceMember[] =>
  choice.packageName === undefined ? project.workspace.members : [chosenMember(project, choice)];

export const runtimeOf = ({ env, cwd, signal, onEvent }: CommandContext): Runtime =>
  createRuntime({ env, cwd, signal, onEvent });

export const choiceOf = ({ globals }: CommandContext): ProjectChoice => ({
  folder: globals.projectDir,
  packageName: globals.packageName,
});

const observedBy = (observer: FileObserver, runtime: Runtime): Runtime => ({
  ...runtime,
  projectFiles: (dir) => observer.observed(runtime.projectFiles(dir), (path) => resolve(dir, path)),
});

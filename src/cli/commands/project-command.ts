import { type LockFlags, type LockingCommand, lockPolicyFor } from "../../config/lock-mode.ts";
import type { LockHold } from "../../ops/lock-hold.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { WorkspaceMember } from "../../pm/manifest/workspace-member.ts";
import { chosenMember, type OpenProject, openProject, type ProjectChoice } from "../../ops/open-project.ts";
import { createRuntime, type Runtime } from "../../runtime/create-runtime.ts";
import { type CommandContext, isGiven } from "../command-context.ts";

/** What every command about a project begins with. */
export interface ProjectCommand {
  readonly choice: ProjectChoice;
  readonly hold: LockHold;
  readonly ports: Runtime;
  readonly project: OpenProject;
}

/** Reads the flags and the project; the lock is the op's to judge. */
export async function openCommand(context: CommandContext, command: LockingCommand): Promise<ProjectCommand> {
  const { mode, offline } = lockPolicyFor(command, lockFlags(context), context.env);
  const ports = runtimeOf(context);
  const choice = choiceOf(context);
  return { choice, hold: { mode, offline }, ports, project: await openProject(choice, ports) };
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

const lockFlags = ({ options }: CommandContext): LockFlags => ({
  locked: isGiven(options, "locked"),
  frozen: isGiven(options, "frozen"),
  offline: isGiven(options, "offline"),
});

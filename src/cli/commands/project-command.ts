import { type LockFlags, type LockingCommand, lockPolicyFor } from "../../config/lock-mode.ts";
import type { LockHold } from "../../ops/lock-hold.ts";
import { type OpenProject, openProject, type ProjectChoice } from "../../ops/open-project.ts";
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

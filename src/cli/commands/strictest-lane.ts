import { type Lane, lockPolicyFor, strictestOfLanes } from "../../config/lock-mode.ts";
import type { LockHold } from "../../ops/lock-hold.ts";
import type { PolicyPorts } from "../../ops/ports.ts";
import type { WorkspaceMember } from "../../pm/manifest/workspace-member.ts";
import type { CommandContext } from "../command-context.ts";
import { lockFlags } from "./lock-flags.ts";
import type { ProjectCommand } from "./project-command.ts";

/** The lane that was asked for, or a stricter one that a project or the machine has at least. */
export async function strictestLane(asked: Lane, members: readonly WorkspaceMember[], ports: PolicyPorts): Promise<Lane> {
  const machine = await ports.machinePolicy();
  return strictestOfLanes([asked, machine?.lane, ...members.map(({ manifest }) => manifest.deploy?.policy?.lane)]);
}

/** How the lock is held in that lane. */
export async function strictestHold(
  context: CommandContext,
  command: "package" | "deploy",
  { hold, ports }: ProjectCommand,
  member: WorkspaceMember,
): Promise<LockHold> {
  const lane = await strictestLane(hold.lane ?? "local", [member], ports);
  if (lane === hold.lane) return hold;
  const { mode, offline } = lockPolicyFor(command, { ...lockFlags(context), lane }, context.env);
  return { mode, offline, lane };
}

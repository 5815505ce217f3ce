import { type Lane, strictestOfLanes } from "../../config/lock-mode.ts";
import type { PolicyPorts } from "../../ops/ports.ts";
import type { WorkspaceMember } from "../../pm/manifest/workspace-member.ts";

/** The lane that was asked for, or a stricter one that a project or the machine has at least. */
export async function strictestLane(asked: Lane, members: readonly WorkspaceMember[], ports: PolicyPorts): Promise<Lane> {
  const machine = await ports.machinePolicy();
  return strictestOfLanes([asked, machine?.lane, ...members.map(({ manifest }) => manifest.deploy?.policy?.lane)]);
}

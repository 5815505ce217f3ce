import type { Lane } from "../config/lock-mode.ts";
import type { MachinePolicy } from "../config/machine-policy.ts";
import { manifestFile } from "../pm/manifest/find-workspace.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { type Severities, severitiesIn, type Tightening } from "../policy/portability/lanes.ts";

/** Who may ask for more than the policy's lanes do. */
export interface PolicyOwners {
  /** None where there is no project. */
  readonly members: readonly WorkspaceMember[];
  readonly machine: MachinePolicy | undefined;
}

/**
 * How strictly each invariant is held: by the policy, the projects and the machine.
 * @throws {VoxError} MANIFEST_INVALID, CONFIG_INVALID
 */
export const portabilitySeverities = (lane: Lane, { members, machine }: PolicyOwners): Severities =>
  severitiesIn(lane, [...members.map(projectTightening), ...(machine ? [machineTightening(machine)] : [])]);

function projectTightening(member: WorkspaceMember): Tightening {
  const { local = {}, ci = {}, release = {} } = member.manifest.deploy?.policy ?? {};
  return {
    source: "`[deploy.policy]`",
    file: manifestFile(member.path),
    code: "MANIFEST_INVALID",
    lanes: { local, ci, release },
  };
}

const machineTightening = ({ file, lanes }: MachinePolicy): Tightening => ({
  source: `\`${file}\``,
  file,
  code: "CONFIG_INVALID",
  lanes,
});

/** The lists of licences that somebody allows; each binds. */
export const allowedLicences = (member: WorkspaceMember, machine: MachinePolicy | undefined): readonly (readonly string[])[] =>
  [member.manifest.deploy?.policy?.licenses, machine?.licenses].filter((list) => list !== undefined);

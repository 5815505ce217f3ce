import { resolve } from "node:path";
import type { TrustCheck } from "../attest/verify/evidence.ts";
import type { MachinePolicy } from "../config/machine-policy.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { KeyPorts } from "./ports.ts";
import type { ImagePlace } from "./read-image.ts";
import type { RebuildPorts } from "./verify-rebuild.ts";
import { verifyImage, type VerifyImageOptions } from "./verify-image.ts";

/** Public keys of which one must have signed, one list for each who asks: no list stands for another. */
export type SignerLists = readonly (readonly string[])[];

/** What projects and the machine ask; absolute paths. */
export const signerLists = (
  project: OpenProject | undefined,
  members: readonly WorkspaceMember[],
  machine: MachinePolicy | undefined,
): SignerLists => [
  ...members.map((member) =>
    (member.manifest.deploy?.policy?.signers ?? []).map((path) => (project ? resolve(memberDir(project, member), path) : path)),
  ),
  machine?.signers ?? [],
];

export interface SignedChecks {
  readonly checks: readonly TrustCheck[];
  /** Whether anybody is named who must have signed. */
  readonly signersKnown: boolean;
}

/** As `verifyImage`, for each list of signers; layers are read once. */
export async function verifyBySigners(
  place: ImagePlace,
  lists: SignerLists,
  options: Omit<VerifyImageOptions, "keys">,
  ports: KeyPorts & RebuildPorts,
): Promise<SignedChecks> {
  const [keys = [], ...others] = lists.filter((list) => list.length > 0);
  const { checks } = await verifyImage(place, { ...options, keys }, ports);
  const more: TrustCheck[] = [];
  for (const list of others) {
    const asked = await verifyImage(place, { keys: list, offline: options.offline, signaturesAlone: true }, ports);
    more.push(...asked.checks.slice(1));
  }
  return {
    checks: [...checks, ...more],
    signersKnown: keys.length > 0 || (options.identity ?? options.believed) !== undefined,
  };
}

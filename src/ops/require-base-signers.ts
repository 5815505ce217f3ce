import type { MaterializedProject } from "../project/materialized-project.ts";
import type { MaterializeOptions } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { PolicyPorts } from "./ports.ts";
import type { BaseSignerPorts } from "./prove-base-signers.ts";

/**
 * Refuses bases that none of the `base_signers` of project and machine signed; other projects load nothing for it.
 * @throws {VoxError} POLICY_REFUSED, KEY_INVALID, OFFLINE_UNPROVABLE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function requireBaseSigners(
  project: OpenProject,
  { member, hold }: Pick<MaterializeOptions, "member" | "hold">,
  handoff: MaterializedProject,
  ports: BaseSignerPorts & PolicyPorts,
): Promise<void> {
  const machine = await ports.machinePolicy();
  const lists = [member.manifest.deploy?.policy?.base_signers ?? [], machine?.baseSigners ?? []];
  for (const signers of lists.filter((list) => list.length > 0)) {
    const { proveBaseSigners } = await import("./prove-base-signers.ts");
    const wanted = { signers, folder: memberDir(project, member), offline: hold.offline };
    await proveBaseSigners(handoff, wanted, ports);
  }
}

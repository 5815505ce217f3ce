import type { MaterializedProject } from "../project/materialized-project.ts";
import type { MaterializeOptions } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { BaseSignerPorts } from "./prove-base-signers.ts";

/**
 * Refuses bases that none of `[deploy.policy] base_signers` signed; other projects load nothing for it.
 * @throws {VoxError} POLICY_REFUSED, KEY_INVALID, OFFLINE_UNPROVABLE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function requireBaseSigners(
  project: OpenProject,
  { member, hold }: Pick<MaterializeOptions, "member" | "hold">,
  handoff: MaterializedProject,
  ports: BaseSignerPorts,
): Promise<void> {
  const signers = member.manifest.deploy?.policy?.base_signers ?? [];
  if (signers.length === 0) return;
  const { proveBaseSigners } = await import("./prove-base-signers.ts");
  const { vendored } = project;
  const wanted = { signers, vendored, folder: memberDir(project, member), offline: hold.offline };
  await proveBaseSigners(handoff, wanted, ports);
}

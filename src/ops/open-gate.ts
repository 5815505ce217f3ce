import type { DeploymentGate, GatedDeployment, GatePorts } from "./deployment-gate.ts";
import type { OpenProject } from "./open-project.ts";
import type { PolicyPorts } from "./ports.ts";

/**
 * The gate of a deployment; none in the local lane where neither the project nor the machine asks for more, and then nothing of the policy is loaded.
 * @throws {VoxError} CONFIG_INVALID, MANIFEST_INVALID
 */
export async function openGate(
  project: OpenProject,
  options: GatedDeployment,
  ports: GatePorts & PolicyPorts,
): Promise<DeploymentGate | undefined> {
  const machine = await ports.machinePolicy();
  const { lane = "local" } = options.hold;
  if (lane === "local" && !machine && options.member.manifest.deploy?.policy?.local === undefined) return undefined;
  const { holdDeployment } = await import("./hold-deployment.ts");
  return holdDeployment({ project, options, lane, machine }, ports);
}

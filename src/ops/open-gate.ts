import type { DeploymentGate, GatedDeployment, GatedImage, GatePorts, ImageGate } from "./deployment-gate.ts";
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

/**
 * The same for an image that is deployed as it is.
 * @throws {VoxError} CONFIG_INVALID, MANIFEST_INVALID
 */
export async function openImageGate(
  project: OpenProject,
  options: GatedImage,
  ports: GatePorts & PolicyPorts,
): Promise<ImageGate | undefined> {
  const machine = await ports.machinePolicy();
  const { policy } = options.member.manifest.deploy ?? {};
  const signers = [...options.keys, ...(policy?.signers ?? [])];
  if (options.lane === "local" && !machine && policy?.local === undefined && signers.length === 0) return undefined;
  const { holdImage } = await import("./hold-image.ts");
  return holdImage({ project, options, machine }, ports);
}

import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { SignedPackage, SignerPorts } from "./prove-signers.ts";

/**
 * Refuses packages of a registry with `signers` that none of them signed; other projects load nothing for it.
 * @throws {VoxError} PACKAGE_UNSIGNED, KEY_INVALID, OFFLINE_UNPROVABLE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function requireSigners(
  project: OpenProject,
  packages: readonly SignedPackage[],
  hold: Pick<LockHold, "offline">,
  ports: SignerPorts,
): Promise<void> {
  const guarded = project.workspace.registries.filter(({ signers }) => signers.length > 0);
  if (guarded.length === 0) return;
  const { proveSigners } = await import("./prove-signers.ts");
  for (const { name, signers } of guarded) {
    const theirs = packages.filter(({ source }) => source.kind === "registry" && source.registry === name);
    await proveSigners(project, { registry: name, signers, packages: theirs, offline: hold.offline }, ports);
  }
}

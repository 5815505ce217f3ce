import { VoxError } from "../../errors/vox-error.ts";
import { canonicalHost } from "../../oci/reference.ts";
import { isRegistryHost, type RegistryLocation } from "../../pm/registry/location.ts";
import type { CommandContext } from "../command-context.ts";

/**
 * The host to log in to: HOST, else that of VOX_REGISTRY. Vox.toml is not asked, for it must not select who sees a password.
 * @throws {VoxError} USAGE
 */
export function hostArgument({ command, args }: CommandContext, defaultRegistry: RegistryLocation): string {
  const named = args["HOST"];
  if (named === undefined) {
    if (defaultRegistry.kind === "oci") return canonicalHost(defaultRegistry.host);
    throw new VoxError("USAGE", "the default registry is a folder, which wants no login", {
      hint: `name the host: \`vox ${command} ghcr.io\``,
    });
  }
  if (isRegistryHost(named)) return canonicalHost(named);
  throw new VoxError("USAGE", `\`${named}\` is not a registry's host`, {
    hint: `write host and port alone: \`vox ${command} ghcr.io\``,
  });
}

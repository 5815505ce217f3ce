import type { LinkMode, Materializer } from "../pm/materialize/materializer.ts";
import type { MemberClosure } from "./lock-verdict.ts";
import type { RunPorts } from "./ports.ts";
import type { SyncResult } from "./sync-project.ts";

/**
 * Links closures that the cache holds untouched. `undefined` when one has to be fetched or repaired: that is for the whole op, which begins again.
 * @throws {VoxError} CANNOT_WRITE
 */
export function syncRemembered(
  closures: readonly MemberClosure[],
  linkMode: LinkMode,
  { materializer, onEvent }: Pick<RunPorts, "onEvent"> & { readonly materializer: Materializer },
): SyncResult | undefined {
  const counts = { packages: 0, fetched: 0, linked: 0, verified: 0 };
  for (const { projectDir, packages } of closures) {
    const made = materializer.linkUntouched({ packages, projectDir, linkMode, onEvent });
    if (!made) return undefined;
    counts.packages += made.packages;
    counts.linked += made.linked;
    counts.verified += made.verified;
  }
  return counts;
}

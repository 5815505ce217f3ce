import type { Workspace } from "../pm/manifest/workspace.ts";
import type { AgeRule } from "../pm/resolver/release-age.ts";
import type { ImagePorts } from "./ports.ts";

/** What `[resolver] min-release-age` asks at this moment; `undefined` where it asks nothing. */
export function ageRule({ resolver }: Pick<Workspace, "resolver">, { now }: Pick<ImagePorts, "now">): AgeRule | undefined {
  const { minReleaseAgeMs } = resolver;
  return minReleaseAgeMs > 0 ? { minAgeMs: minReleaseAgeMs, nowMs: Date.parse(now()) } : undefined;
}

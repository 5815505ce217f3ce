import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";

/** @throws {VoxError} DEPLOY_UNSUPPORTED for a target that Vox.toml may name and that nothing deploys to yet */
export function refuseOtherTargets({ target }: DeployIntent): void {
  if (target === "container" || target === "auto" || target === "compose") return;
  throw new VoxError("DEPLOY_UNSUPPORTED", `\`target = "${target}"\` is not a target of this version of vox`, {
    place: { file: MANIFEST_FILE },
    hint: "run `vox deploy --target container`",
  });
}

/** @param instead what does without a registry */
export const registryMissing = (instead: string): VoxError =>
  new VoxError("DEPLOY_INCOMPLETE", "`[deploy.container] registry` is missing", {
    place: { file: MANIFEST_FILE },
    hint: `add \`registry = "ghcr.io/acme"\` to [deploy.container], or run \`${instead}\``,
  });

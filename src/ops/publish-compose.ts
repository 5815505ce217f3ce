import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { ComposeDesired } from "../deploy/compose/compose-desired.ts";
import { VoxError } from "../errors/vox-error.ts";
import { pushArtifact } from "../oci/file-artifact.ts";
import { formatImageReference, type ImageReference, parseImageReference } from "../oci/reference.ts";
import type { ComposeIntent } from "../project/compose-intent.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import { composeArtifact } from "../render/compose/compose-artifact.ts";
import { parseCompose } from "../render/compose/parse-compose.ts";
import { imageRepositoryOf } from "./open-history.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";

/** Pushes the file that was rolled out. */
export type ComposePublishing = () => Promise<void>;

/**
 * What pushes the rendered file as an artifact, when Vox.toml asks for it; whether the file can be published is found out at once.
 * @throws {VoxError} DEPLOY_UNSUPPORTED, DEPLOY_INCOMPLETE without a registry
 */
export function composePublishing(
  { file }: ComposeDesired,
  { artifact }: ComposeIntent,
  deploy: DeployIntent,
  ports: ImagePorts & RunPorts,
): ComposePublishing | undefined {
  if (!artifact) return undefined;
  const place = artifact.kind === "reference" ? parseImageReference(artifact.reference) : besideImage(deploy);
  const content = composeArtifact({ text: file, document: parseCompose(file, "compose.yaml") }, ports.voxVersion);
  return async () => {
    const { signal, onEvent } = ports;
    const store = ports.imageRepository(place, { access: "push", mountFrom: [] });
    await pushArtifact(store, content, place.tag ?? "latest", { signal });
    onEvent({ kind: "step", message: `published \`oci://${formatImageReference(place)}\`` });
  };
}

function besideImage(deploy: DeployIntent): ImageReference {
  const image = imageRepositoryOf(deploy);
  if (image) return { ...image, repository: `${image.repository}-compose`, tag: deploy.environment };
  throw new VoxError("DEPLOY_INCOMPLETE", "`[deploy.compose] publish` needs `[deploy.container] registry`", {
    place: { file: MANIFEST_FILE },
    hint: 'add `registry = "ghcr.io/acme"` to [deploy.container]',
  });
}

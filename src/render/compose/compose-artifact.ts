import { VoxError } from "../../errors/vox-error.ts";
import { type FileArtifact, fileArtifact } from "../../oci/file-artifact.ts";
import { ANNOTATION } from "../../oci/media-types.ts";
import type { RenderedCompose } from "./compose-file.ts";
import { type ComposeObject, isList, isObject, objectAt } from "./compose-object.ts";

/** Compose's own types (docker/compose, `internal/oci`). */
const PROJECT_TYPE = "application/vnd.docker.compose.project";
const FILE_TYPE = "application/vnd.docker.compose.file+yaml";
const FILE_NAME = "compose.yaml";

/**
 * The artifact that `docker compose -f oci://…` reads: the file alone, so that nothing of this machine may be needed by it.
 * @throws {VoxError} DEPLOY_UNSUPPORTED naming what of the file stays on this machine
 */
export function composeArtifact(
  { text, document }: Pick<RenderedCompose, "text" | "document">,
  voxVersion: string,
): FileArtifact {
  refuseLocal(document);
  const annotations = {
    [ANNOTATION.title]: FILE_NAME,
    "com.docker.compose.file": FILE_NAME,
    "com.docker.compose.version": `vox ${voxVersion}`,
  };
  return fileArtifact(PROJECT_TYPE, [{ mediaType: FILE_TYPE, annotations, bytes: Buffer.from(text) }]);
}

function refuseLocal(document: ComposeObject): void {
  if (document["include"] !== undefined) throw local("`include` names files of this machine");
  for (const kind of ["configs", "secrets"])
    for (const [name, value] of Object.entries(objectAt(document, kind)))
      if (isObject(value) && value["file"] !== undefined) throw local(`\`${kind}.${name}\` is a file of this machine`);
  for (const [name, service] of Object.entries(objectAt(document, "services")))
    if (isObject(service)) refuseService(name, service);
}

function refuseService(name: string, service: ComposeObject): void {
  if (service["image"] === undefined) throw local(`the service \`${name}\` has no image, only a build`);
  if (service["env_file"] !== undefined) throw local(`the service \`${name}\` reads an \`env_file\` of this machine`);
  const parent = service["extends"];
  if (isObject(parent) && parent["file"] !== undefined) throw local(`the service \`${name}\` extends another file`);
  const volumes = service["volumes"];
  for (const volume of isList(volumes) ? volumes : []) {
    const bind = isObject(volume)
      ? volume["type"] === "bind"
      : typeof volume === "string" && /^[./~]/.test(volume) && volume.includes(":");
    if (bind) throw local(`the service \`${name}\` mounts a folder of this machine`);
  }
}

const local = (why: string): VoxError =>
  new VoxError("DEPLOY_UNSUPPORTED", `the Compose file cannot be published: ${why}`, {
    hint: "use images and named volumes, or take `publish` out of [deploy.compose]",
  });

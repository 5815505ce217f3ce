import { formatRepository } from "../oci/reference.ts";
import type { ComposeDesired } from "../deploy/compose/compose-desired.ts";
import { composeIntentFor } from "../pm/manifest/compose-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { ProjectImage } from "./build-project-image.ts";
import { imageRepositoryOf } from "./open-history.ts";
import type { FolderPorts } from "./ports.ts";
import type { ComposeObject } from "../render/compose/compose-object.ts";
import { readComposeFile } from "./read-compose-file.ts";
import { desiredOnCompose } from "./roll-out-project.ts";

export interface ComposePackaging {
  readonly built: ProjectImage;
  readonly deploy: DeployIntent;
  readonly member: WorkspaceMember;
  /** Absolute; the member's. */
  readonly folder: string;
  /** The image goes with the file, and is in no registry; what the project's own file says is changed so that others do too. */
  readonly carry?: (user: ComposeObject) => Promise<ComposeObject>;
}

/**
 * The Compose project of a built image: it names the image by digest where a registry will have it.
 * @throws {VoxError} COMPOSE_INVALID, DEPLOY_UNSUPPORTED
 */
export async function composeDesiredOf(
  { built, deploy, member, folder, carry }: ComposePackaging,
  ports: Pick<FolderPorts, "projectFiles">,
): Promise<ComposeDesired> {
  const { image } = built;
  const repository = carry ? undefined : imageRepositoryOf(deploy);
  const pulled = repository && `${formatRepository(repository)}@${image.root.digest}`;
  const compose = composeIntentFor(member.manifest, deploy.environment);
  const own = await readComposeFile(compose, folder, ports);
  const user = own && carry ? await carry(own) : own;
  return desiredOnCompose(deploy, compose, { root: image.root, image, ...(pulled !== undefined && { pulled }) }, user);
}

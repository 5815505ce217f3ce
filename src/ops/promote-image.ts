import type { Lane } from "../config/lock-mode.ts";
import type { Image } from "../container/build/image.ts";
import { imageTags } from "../container/publish/tags.ts";
import { isDigest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import { addTransfers, copyGraph, type TransferSummary } from "../oci/copy.ts";
import { copyReferrers, subjectsOf } from "../oci/copy-referrers.ts";
import { formatRepository, type ImageReference } from "../oci/reference.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { DeployOptions, DeployResult } from "./deploy-image.ts";
import { refuseOtherTargets, registryMissing } from "./deploy-refusals.ts";
import type { GatePorts, ImageGate } from "./deployment-gate.ts";
import { openImagePlace } from "./image-place.ts";
import { imageResult, NO_TRANSFER } from "./image-result.ts";
import { imageRepositoryOf, registryHistory } from "./open-history.ts";
import { openImageGate } from "./open-gate.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { FolderPorts, PolicyPorts } from "./ports.ts";
import { type ImagePlace, readImage, type ReadImage } from "./read-image.ts";
import { recordPublication } from "./record-publication.ts";
import { rollOutMember } from "./roll-out-member.ts";
import type { RolloutPorts, RunnableImage } from "./roll-out-project.ts";
import { openHands, type RolloutTarget } from "./rollout-hands.ts";

export interface PromoteOptions extends Omit<DeployOptions, "hold" | "release" | "signing"> {
  /** `host/repository@sha256:…`, or a layout. */
  readonly image: string;
  /** Absolute. */
  readonly cwd: string;
  /** Absolute paths of public keys, one of which must have signed; none asks nobody. */
  readonly keys: readonly string[];
  readonly lane: Lane;
  /** No registry is reached: the image goes into the engine. */
  readonly offline: boolean;
}

type PromotePorts = RolloutPorts & FolderPorts & GatePorts & PolicyPorts;

/**
 * Deploys an image as it is: nothing is packaged, and the digest that was tested is the digest that runs. It is verified, copied with all that is
 * attached to it, and rolled out.
 * @throws {VoxError} USAGE without a digest, POLICY_REFUSED, CONTENT_MISSING, and as `deployImage`
 */
export async function promoteImage(project: OpenProject, options: PromoteOptions, ports: PromotePorts): Promise<DeployResult> {
  const { member, environment, dryRun } = options;
  const { intent } = deployIntentFor(member.manifest, environment);
  const deploy = { ...intent, ...(options.target && { target: options.target }) };
  const folder = memberDir(project, member);
  const place = await openImagePlace(options.image, options.cwd, ports);
  const read = await readImage(place, { signal: ports.signal });
  refuseTag(place, read);
  const gate = await openImageGate(project, options, ports);
  await gate?.before(place);
  const repository = options.to === "registry" && !options.offline ? imageRepositoryOf(deploy) : undefined;
  const target = promotedTarget(deploy, options, repository);
  const hands =
    target === "none"
      ? undefined
      : await openHands({ target, runtime: deploy.runtime, secrets: deploy.container.secrets }, ports);
  const image: Image = { root: read.root, reader: place.repository, platforms: read.platforms };
  const copied =
    repository && !dryRun ? await copyTo(repository, { place, read, options, deploy, target, gate }, ports) : NO_TRANSFER;
  const reference = repository ? `${formatRepository(repository)}@${read.root.digest}` : place.reference;
  const told = imageResult({ image, reference, transfer: copied, requests: ports.requestCount(), out: null });
  const result = { ...told, tags: repository ? tagsOf(options) : [] };
  if (target === "none" || hands === undefined) return result;
  const runnable: RunnableImage = { root: read.root, image, ...(repository && { pulled: reference }) };
  const cause = `promote ${place.name}`;
  return { ...result, ...(await rollOutMember({ ...options, deploy, target, folder, cause, hands }, runnable, ports)) };
}

/** A tag may name another image tomorrow, and a layout is what lies there. */
function refuseTag({ target, reference, name }: ImagePlace, { root }: ReadImage): void {
  if (isDigest(target) || reference.startsWith("oci-layout:")) return;
  throw new VoxError("USAGE", `\`${reference}\` is named by a tag, which may move`, {
    hint: `name what it is now: \`${name}@${root.digest}\``,
  });
}

function promotedTarget(
  deploy: DeployIntent,
  { to, offline }: PromoteOptions,
  repository: ImageReference | undefined,
): RolloutTarget | "none" {
  refuseOtherTargets(deploy);
  if (deploy.target === "compose") return "compose";
  if (to !== "registry" || offline) return "engine";
  if (repository) return "none";
  throw registryMissing("vox deploy --run");
}

const tagsOf = ({ environment, tags }: PromoteOptions): readonly string[] =>
  imageTags({ environment, identity: { dirty: true }, extra: tags });

interface Copying {
  readonly place: ImagePlace;
  readonly read: ReadImage;
  readonly options: PromoteOptions;
  readonly deploy: DeployIntent;
  readonly target: RolloutTarget | "none";
  readonly gate: ImageGate | undefined;
}

/** Image, referrers, record, tags: no tag names what is not whole, or not recorded. */
async function copyTo(
  repository: ImageReference,
  { place, read, options, deploy, target, gate }: Copying,
  ports: PromotePorts,
): Promise<TransferSummary> {
  const { signal, onEvent } = ports;
  const source = place.name.startsWith(`${repository.registry}/`)
    ? place.name.slice(repository.registry.length + 1)
    : undefined;
  const mountFrom = source === undefined || source === repository.repository ? [] : [source];
  const store = ports.imageRepository(repository, { access: "push", mountFrom });
  const copying = { signal, onEvent, mountFrom: () => mountFrom };
  const image = await copyGraph(place.repository, store, read.root, copying);
  const subjects = await subjectsOf(place.repository, read.root, { signal });
  const { transfer } = await copyReferrers(place.repository, store, subjects, copying);
  const name = formatRepository(repository);
  await gate?.after({ repository: store, target: read.root.digest, reference: `${name}@${read.root.digest}`, name });
  const tags = tagsOf(options);
  const history = target === "none" ? registryHistory(options.member.manifest, deploy, "push", ports) : undefined;
  const cause = `promote ${place.name}`;
  if (history)
    await recordPublication(history, { root: read.root, repository, tags, cause, takeOver: options.takeOver }, ports);
  // The environment's tag follows once the image runs.
  for (const tag of target === "none" ? tags : tags.slice(1)) await store.tag(read.root, tag, { signal });
  return addTransfers(image, transfer);
}

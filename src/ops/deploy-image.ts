import { selectPlatform } from "../container/build/image.ts";
import type { Engine } from "../container/engine/engine.ts";
import { dockerArchive } from "../container/output/docker-archive.ts";
import { mountRepositories, mountSources } from "../container/publish/mount-sources.ts";
import { publishImage } from "../container/publish/publish-image.ts";
import { imageTags, releaseTag } from "../container/publish/tags.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, type ImageReference } from "../oci/reference.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { MaterializedProject, ProjectIdentity } from "../project/materialized-project.ts";
import { attestPublished } from "./attest-published.ts";
import { buildProjectImage, type ProjectImage } from "./build-project-image.ts";
import { refuseOtherTargets, registryMissing } from "./deploy-refusals.ts";
import type { DeploymentGate } from "./deployment-gate.ts";
import { imageResult, type ImageResult, NO_TRANSFER } from "./image-result.ts";
import { materializeProject, type MaterializeOptions } from "./materialize-project.ts";
import { openGate } from "./open-gate.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { imageRepositoryOf, registryHistory } from "./open-history.ts";
import type {
  CachePorts,
  DeploymentPorts,
  EnginePorts,
  FolderPorts,
  GitPorts,
  ImagePorts,
  KeyPorts,
  PolicyPorts,
  RunPorts,
  StandingPorts,
} from "./ports.ts";
import { recordPublication } from "./record-publication.ts";
import { refuseImageSecrets } from "./refuse-image-secrets.ts";
import { requireBaseSigners } from "./require-base-signers.ts";
import type { MemberRollout } from "./roll-out-member.ts";
import type { RunnableImage } from "./roll-out-project.ts";
import type { RolloutTarget } from "./rollout-hands.ts";
import type { ImageSigning, SigningWish } from "./sign-image.ts";

/** What `--target` can name. */
export const DEPLOY_TARGETS = ["container", "compose"] as const;

export interface DeployOptions extends Omit<MaterializeOptions, "outputDirs"> {
  /** `--tag`, besides the environment's name and the commit's. */
  readonly tags: readonly string[];
  /** Whether the version is a tag too, which must not name anything else already. */
  readonly release: boolean;
  /** Where the image goes: a registry, or the engine of this machine, there perhaps to be run. */
  readonly to: "registry" | "engine" | "running";
  /** In place of Vox.toml's. */
  readonly target?: DeployIntent["target"];
  /** Builds, and says what would be done with it. */
  readonly dryRun: boolean;
  /** Has the engine build its part of the image although nothing of it changed. */
  readonly anew: boolean;
  /** Goes on from somebody's deployment that will never end. */
  readonly takeOver: boolean;
  /** Signs what goes to a registry. */
  readonly signing?: SigningWish;
}

export interface DeployResult extends ImageResult, Partial<MemberRollout> {
  readonly tags: readonly string[];
  /** Whether the environment's tag named something else before; absent where no registry is written. */
  readonly changed?: boolean;
}

type DeployPorts = PolicyPorts &
  StandingPorts &
  KeyPorts &
  FolderPorts &
  CachePorts &
  GitPorts &
  ImagePorts &
  EnginePorts &
  DeploymentPorts &
  RunPorts;

/**
 * Builds the image of a member for an environment and brings it to where it runs; the lock binds it (contracts, §§3, 7). Enforces `deploy-by-digest`.
 * @throws {VoxError} as `materializeProject` and `buildProjectImage`; DEPLOY_INCOMPLETE, DEPLOY_UNSUPPORTED, DEPLOY_BUSY, REGISTRY_DENIED,
 * REGISTRY_UNAVAILABLE, ENGINE_UNAVAILABLE, ENGINE_FAILED
 */
export async function deployImage(project: OpenProject, options: DeployOptions, ports: DeployPorts): Promise<DeployResult> {
  const gate = await openGate(project, options, ports);
  await gate?.beforeBuild();
  const materialized = await materializeProject(project, { ...options, outputDirs: [] }, ports);
  const { identity } = materialized.project;
  const deploy = { ...materialized.project.deploy, ...(options.target && { target: options.target }) };
  const target = rolloutTarget(deploy, options);
  const tags = imageTags({ environment: options.environment, identity, extra: options.tags });
  const repository = options.to === "registry" ? repositoryOf(deploy, target) : undefined;
  const signing = repository && (await signingOf(materialized.project, options, ports));
  await gate?.materialized(materialized, signing?.signer);
  const folder = memberDir(project, options.member);
  const hands = target === "none" ? undefined : await handsFor(target, deploy, ports);
  await requireBaseSigners(project, options, materialized.project, ports);
  const built = await buildProjectImage(
    materialized,
    {
      folder,
      offline: options.hold.offline,
      vendored: project.vendored,
      lower: options.anew ? "anew" : "built",
      forEngine: repository === undefined,
    },
    ports,
  );
  await refuseImageSecrets(project, options.member, built.image, ports);
  await gate?.built(built);
  const handoff = materialized.project;
  const placed = await place({ options, project, handoff, built, gate, signing, repository, tags, target }, ports);
  if (target === "none" || hands === undefined) return placed;
  const runnable = await runnableImage(built, repository, placed, ports);
  const { rollOutMember } = await import("./roll-out-member.ts");
  return {
    ...placed,
    ...(await rollOutMember({ ...options, target, cause: "deploy", folder, deploy, hands }, runnable, ports)),
  };
}

/** What a rollout lacks is told before anything is built or pushed. */
async function handsFor(target: RolloutTarget, { runtime, container }: DeployIntent, ports: DeployPorts) {
  const { openHands } = await import("./rollout-hands.ts");
  return openHands({ target, runtime, secrets: container.secrets }, ports);
}

/** What signs is loaded only when somebody does. */
async function signingOf(handoff: MaterializedProject, { member, signing }: DeployOptions, ports: DeployPorts) {
  if (signing === undefined) return undefined;
  const { openSigning } = await import("./sign-image.ts");
  return openSigning(signing, handoff, member.manifest.package.build, ports);
}

/** To the registry or into the engine; a rollout brings what it needs into the engine by itself. */
function place(placing: Placing, ports: DeployPorts): Promise<DeployResult> | DeployResult {
  const { built, handoff, options, repository, tags, target } = placing;
  if (options.dryRun) return plannedResult(built, repository, [...tags, ...releaseTags(options, handoff.identity)], ports);
  if (repository) return publish({ ...placing, repository }, ports);
  if (target === "none") return loadIntoEngine(built, handoff.deploy, options, ports);
  return localResult(built, options, ports);
}

/** What was published may be the index of an earlier commit that holds the same image. */
async function runnableImage(
  { image }: ProjectImage,
  repository: ImageReference | undefined,
  { image: { digest, reference } }: DeployResult,
  ports: DeployPorts,
): Promise<RunnableImage> {
  if (!repository) return { root: image.root, image };
  if (digest === image.root.digest) return { root: image.root, image, pulled: reference };
  const root = await ports.imageRepository(repository).resolve(digest, { signal: ports.signal });
  return { root: root ?? image.root, image, pulled: reference };
}

/** What happens after the image is where it can be had from: nothing, or it is made to run. */
function rolloutTarget(deploy: DeployIntent, { to }: DeployOptions): RolloutTarget | "none" {
  refuseOtherTargets(deploy);
  if (deploy.target === "compose") return "compose";
  return to === "running" ? "engine" : "none";
}

const releaseTags = ({ release }: DeployOptions, { version }: Pick<ProjectIdentity, "version">): readonly string[] =>
  release ? [releaseTag(version)] : [];

/** The image's repository, without tag; a rollout without a registry brings the image into the engine. */
function repositoryOf(deploy: DeployIntent, target: RolloutTarget | "none"): ImageReference | undefined {
  const repository = imageRepositoryOf(deploy);
  if (repository === undefined && target === "none") throw registryMissing("vox deploy --load");
  return repository;
}

interface Placing {
  readonly options: DeployOptions;
  readonly project: OpenProject;
  readonly handoff: MaterializedProject;
  readonly built: ProjectImage;
  readonly gate: DeploymentGate | undefined;
  readonly signing: ImageSigning | undefined;
  readonly repository: ImageReference | undefined;
  readonly tags: readonly string[];
  readonly target: RolloutTarget | "none";
}

interface Publication extends Placing {
  readonly repository: ImageReference;
}

const mountsOf = ({ project, handoff, built: { image, plan }, repository }: Publication) =>
  mountSources({
    project: handoff,
    ...(plan.base.kind === "image" ? { baseReference: plan.base.reference } : {}),
    baseLayers: image.baseLayers,
    registries: project.registries.ociBases(),
    host: repository.registry,
    repository: repository.repository,
  });

async function publish(publication: Publication, ports: DeployPorts): Promise<DeployResult> {
  const { options, handoff, built, gate, signing, repository, tags, target } = publication;
  const { image } = built;
  const { member, takeOver } = options;
  const mountFrom = mountsOf(publication);
  const store = ports.imageRepository(repository, { access: "push", mountFrom: mountRepositories(mountFrom) });
  const { signal, onEvent, published } = ports;
  const history = target === "none" ? registryHistory(member.manifest, handoff.deploy, "push", ports) : undefined;
  let attested: Promise<void> | undefined;
  const attest = (root: Descriptor) => (attested ??= attestPublished(publication, store, root));
  const beforeTags = async (root: Descriptor) => {
    await attest(root);
    if (history) await recordPublication(history, { root, repository, tags, cause: "deploy", takeOver }, ports);
  };
  const fixedTags = releaseTags(options, handoff.identity);
  const { digest, changed, transfer } = await publishImage(image, store, {
    tags,
    environmentTagLater: target !== "none",
    askedTags: options.tags,
    fixedTags,
    mountFrom,
    documents: published,
    signal,
    onEvent,
    beforeTags,
  });
  if (!changed && target === "none")
    onEvent({ kind: "step", message: `\`${options.environment}\` is this image already; nothing is deployed` });
  const reference = `${formatRepository(repository)}@${digest}`;
  const result = imageResult({ image, digest, reference, transfer, requests: ports.requestCount(), out: null });
  if (digest === image.root.digest) {
    await attest(image.root);
    return { ...result, changed, tags: [...tags, ...fixedTags] };
  }
  // The index of an earlier commit keeps its tags: this commit's would be one more name for what did not change.
  const standing = (signing ?? gate) && (await store.resolve(digest, { signal }));
  if (standing) await attest(standing);
  return { ...result, changed, tags: [...new Set([options.environment, ...options.tags])] };
}

async function loadIntoEngine(
  built: ProjectImage,
  deploy: DeployIntent,
  options: DeployOptions,
  ports: DeployPorts,
): Promise<DeployResult> {
  const engine = await ports.engine(deploy.runtime);
  const result = localResult(built, options, ports);
  const { reference } = result.image;
  await engine.load(archiveFor(built.image, engine, reference), { signal: ports.signal });
  ports.onEvent({ kind: "step", message: `loaded \`${reference}\` into ${engine.description.kind}` });
  return result;
}

function localResult({ image, plan }: ProjectImage, { environment }: DeployOptions, ports: DeployPorts): DeployResult {
  const reference = `${plan.imageName}:${environment}`;
  const result = imageResult({ image, reference, transfer: NO_TRANSFER, requests: ports.requestCount(), out: null });
  return { ...result, tags: [] };
}

/** Only the engine's own platform, so that no other platform's base is read for it. */
function archiveFor(image: ProjectImage["image"], engine: Engine, reference: string) {
  const { platform } = engine.description;
  return dockerArchive(selectPlatform(image, platform) ?? image, { platform, repoTags: [reference] });
}

function plannedResult(
  { image, plan }: ProjectImage,
  repository: ImageReference | undefined,
  tags: readonly string[],
  ports: DeployPorts,
): DeployResult {
  const place = repository ? formatRepository(repository) : plan.imageName;
  const what = repository
    ? `push \`${place}@${image.root.digest}\` with the tags ${tags.map((tag) => `\`${tag}\``).join(", ")}`
    : `load \`${place}\` into the engine`;
  ports.onEvent({ kind: "step", message: `would ${what}` });
  const reference = `${place}@${image.root.digest}`;
  return { ...imageResult({ image, reference, transfer: NO_TRANSFER, requests: ports.requestCount(), out: null }), tags };
}

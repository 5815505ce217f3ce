import {
  currentDeployment,
  type Deployment,
  deploymentsOf,
  type Fork,
  forksOf,
  type StoredRecord,
} from "../deploy/history/chain.ts";
import { readHistory, recordedEnvironments } from "../deploy/history/history.ts";
import { environmentNames } from "../pm/manifest/deploy-environment.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { PackageManifest } from "../pm/manifest/manifest.ts";
import { imageRepositoryOf, localHistory, type OpenedHistory, registryHistory } from "./open-history.ts";
import type { DeploymentPorts, ImagePorts, RunPorts } from "./ports.ts";

/** The document of `vox deployments`. */
export interface DeploymentList {
  readonly environments: readonly EnvironmentHistory[];
}

export interface EnvironmentHistory {
  readonly environment: string;
  readonly history: string;
  readonly deployments: readonly DeploymentEntry[];
  readonly forks: readonly { readonly previous: string | null; readonly records: readonly string[] }[];
  /** What the environment's tag names in the image's repository. */
  readonly tag: string | null;
}

export interface DeploymentEntry {
  readonly sequence: number;
  readonly result: Deployment["result"];
  readonly current: boolean;
  readonly at: string;
  readonly actor: string;
  readonly target: string;
  readonly image: string;
  readonly reference: string;
  readonly cause: string;
  readonly record: string;
}

type ListPorts = ImagePorts & DeploymentPorts & RunPorts;

/**
 * What was deployed to an environment, or to each of them, as the registry and this machine remember it.
 * @throws {VoxError} ENVIRONMENT_UNKNOWN, DEPLOY_INCOMPLETE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OCI_INVALID
 */
export async function listDeployments(
  manifest: PackageManifest,
  environment: string | undefined,
  ports: ListPorts,
): Promise<DeploymentList> {
  const names = environment === undefined ? environmentNames(manifest.deploy) : [environment];
  const environments: EnvironmentHistory[] = [];
  for (const name of names) {
    const { intent } = deployIntentFor(manifest, name);
    const shared = registryHistory(manifest, intent, "pull", ports);
    const own = localHistory(manifest, intent, ports);
    if (shared) environments.push(await readOne(shared, await tagOf(intent, ports), ports));
    if (!shared || (await recordedEnvironments(own.repository, {})).includes(name))
      environments.push(await readOne(own, undefined, ports));
  }
  return { environments };
}

async function tagOf(intent: Parameters<typeof imageRepositoryOf>[0], ports: ListPorts): Promise<string | undefined> {
  const image = imageRepositoryOf(intent);
  if (!image) return undefined;
  return (await ports.imageRepository(image).resolve(intent.environment, { signal: ports.signal }))?.digest;
}

async function readOne(
  { repository, environment, keep, name }: OpenedHistory,
  tag: string | undefined,
  { signal }: RunPorts,
): Promise<EnvironmentHistory> {
  const records = await readHistory(repository, environment, { keep, signal });
  const deployments = deploymentsOf(records);
  const current = currentDeployment(deployments);
  return {
    environment,
    history: name,
    deployments: deployments.map((deployment) => entryOf(deployment, deployment === current)),
    forks: forksOf(records).map(forkEntry),
    tag: tag ?? null,
  };
}

const forkEntry = ({ previous, records }: Fork) => ({
  previous: previous ?? null,
  records: records.map(({ digest }: StoredRecord) => digest),
});

function entryOf({ sequence, result, last }: Deployment, current: boolean): DeploymentEntry {
  const { at, actor, target, image, reference, cause } = last.record;
  return { sequence, result, current, at, actor, target, image: image.digest, reference, cause, record: last.digest };
}

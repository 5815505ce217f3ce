import {
  type ContainerTable,
  type DeployEnvironmentTable,
  type DeployTable,
  deployFields,
} from "../../contracts/vox-toml-deploy.ts";
import { nearestWord } from "../../core/nearest-word.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { currentContainer } from "./legacy-fields.ts";

/** The environment that `package` and `deploy` take when none is named; it need not be declared. */
const DEFAULT_ENVIRONMENT = "production";

/** Every environment that can be asked for, sorted; `production` always. */
export const environmentNames = (deploy: DeployTable | undefined): string[] =>
  [...new Set([DEFAULT_ENVIRONMENT, ...Object.keys(deploy?.environments ?? {})])].sort();

/** `[deploy]` with one environment laid over it; legacy fields have gone to their new places. */
export interface MergedDeploy extends Omit<DeployEnvironmentTable, "image_name" | "registry"> {
  readonly container: ContainerTable;
}

/**
 * Tables merge key by key (`env`, `labels` and `build_args` too), everything else of the environment replaces (contracts, §2).
 * @throws {VoxError} DEPLOY_INCOMPLETE when there is no such environment
 */
export function mergeEnvironment(deploy: DeployTable, environment: string): MergedDeploy {
  const { environments = {}, history: _history, policy: _policy, ...base } = deploy;
  const own = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (own === undefined && environment !== DEFAULT_ENVIRONMENT) throw unknownEnvironment(deploy, environment);
  const over = own ?? {};
  return {
    ...mergedTargets(base, over),
    target: over.target ?? base.target,
    runtime: over.runtime ?? base.runtime,
    container: mergedContainer(currentContainer(base), currentContainer(over)),
  };
}

/** Image fields that an environment sets, sorted: with them the image is no longer one that is promoted. */
export function imageFieldsOf(deploy: DeployTable, environment: string): string[] {
  const { environments = {} } = deploy;
  const own = (Object.hasOwn(environments, environment) ? environments[environment]?.container : undefined) ?? {};
  const bakesHealth = [own, deploy.container ?? {}].some(({ healthcheck }) => healthcheck?.command !== undefined);
  return Object.keys(own)
    .filter((key) => IMAGE_FIELDS.has(key) && (key !== "healthcheck" || bakesHealth))
    .sort();
}

const CONTAINER_PREFIX = "deploy.container.";

const IMAGE_FIELDS: ReadonlySet<string> = new Set(
  deployFields()
    .filter(({ path, plane }) => plane === "image" && path.startsWith(CONTAINER_PREFIX))
    .map(({ path }) => path.slice(CONTAINER_PREFIX.length)),
);

function mergedContainer(base: ContainerTable, over: ContainerTable): ContainerTable {
  return {
    ...base,
    ...over,
    env: { ...base.env, ...over.env },
    labels: { ...base.labels, ...over.labels },
    build_args: { ...buildArguments(base), ...buildArguments(over) },
  };
}

/** The older list of pairs and the table are the same thing. */
export const buildArguments = ({ build_args = {} }: ContainerTable): Record<string, string> =>
  Array.isArray(build_args) ? Object.fromEntries(build_args) : build_args;

function mergedTargets(
  base: DeployEnvironmentTable,
  over: DeployEnvironmentTable,
): Omit<MergedDeploy, "container" | "target" | "runtime"> {
  const kubernetes = { ...withContext(base.kubernetes), ...withContext(over.kubernetes) };
  return {
    compose: { ...base.compose, ...over.compose },
    kubernetes,
    "bare-metal": { ...base["bare-metal"], ...over["bare-metal"] },
    coolify: { ...base.coolify, ...over.coolify },
    fly: { ...base.fly, ...over.fly },
  };
}

function withContext(table: DeployEnvironmentTable["kubernetes"]): DeployEnvironmentTable["kubernetes"] {
  const { cluster, ...current } = table ?? {};
  return cluster === undefined ? current : { context: cluster, ...current };
}

function unknownEnvironment(deploy: DeployTable, environment: string): VoxError {
  const names = environmentNames(deploy);
  const nearest = nearestWord(environment, names);
  const listed = names.map((name) => `\`${name}\``).join(", ");
  return new VoxError("ENVIRONMENT_UNKNOWN", `there is no environment \`${environment}\`: there is ${listed}`, {
    hint: nearest === undefined ? `add \`[deploy.environments.${environment}]\`` : `did you mean \`${nearest}\`?`,
  });
}

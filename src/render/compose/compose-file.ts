import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ComposeIntent } from "../../project/compose-intent.ts";
import type { ContainerIntent, HealthcheckIntent } from "../../project/deploy-intent.ts";
import { hardeningOf, namedVolumes } from "../hardening.ts";
import { yamlText } from "../yaml-text.ts";
import { type ComposeObject, hasProfile, objectAt } from "./compose-object.ts";
import { isSubstitutable, literal, requiredVariable } from "./literal.ts";
import { mergeDocuments } from "./merge.ts";

export interface ComposeInput {
  readonly environment: string;
  /** The image as the engine finds it: `host/repository@sha256:…`, or a name that it holds. */
  readonly image: string;
  readonly container: ContainerIntent;
  readonly compose: ComposeIntent;
  /** The project's own Compose file, parsed. */
  readonly user?: ComposeObject;
}

export interface RenderedCompose {
  readonly text: string;
  readonly document: ComposeObject;
  /** What is brought up, by name. */
  readonly services: readonly string[];
}

/**
 * The Compose file of one environment: the application, hardened as far as it lets itself be, beside what the project's own file has
 * (Compose specification). The same input gives the same bytes, and no value of a secret is in them.
 * @throws {VoxError} DEPLOY_UNSUPPORTED, COMPOSE_INVALID
 */
export function renderCompose(input: ComposeInput): RenderedCompose {
  const document = mergeDocuments(ownDocument(input), input.user, input.compose.service);
  const all = objectAt(document, "services");
  const known = Object.keys(all);
  const { services, service } = input.compose;
  const unknown = services.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new VoxError("COMPOSE_INVALID", `\`[deploy.compose] services\` names \`${unknown}\`, which is no service`, {
      hint: `name some of ${known.map((name) => `\`${name}\``).join(", ")}`,
    });
  const unasked = known.filter((name) => name === service || !hasProfile(objectAt(all, name)));
  return { text: yamlText(document), document, services: [...(services.length > 0 ? services : unasked)].sort() };
}

function ownDocument({ environment, image, container, compose }: ComposeInput): ComposeObject {
  const volumes = namedVolumes(container, compose.volumes);
  const names = Object.keys(volumes);
  const files = compose.secrets === "files" ? container.secrets : [];
  return {
    services: { [compose.service]: ownService({ environment, image, container, compose }, volumes) },
    ...(names.length > 0 && { volumes: Object.fromEntries(names.map((name) => [name, {}])) }),
    ...(files.length > 0 && { secrets: Object.fromEntries(files.map((name) => [name, { environment: name }])) }),
  };
}

function ownService(
  { environment, image, container, compose }: ComposeInput,
  volumes: Readonly<Record<string, string>>,
): ComposeObject {
  const { stopSignal, imageName } = container;
  return {
    image,
    labels: { "dev.vox.environment": environment, "dev.vox.image-name": imageName },
    restart: compose.restart,
    ...secretsOf(container, compose),
    ...(compose.ports.length > 0 && { ports: compose.ports.map(literal) }),
    ...healthcheckOf(container.healthcheck),
    ...(stopSignal !== undefined && { stop_signal: stopSignal }),
    stop_grace_period: duration(compose.stopGraceMs ?? DEFAULT_GRACE_MS),
    ...hardened(container, compose, Object.values(volumes)),
    ...(Object.keys(volumes).length > 0 && {
      volumes: Object.entries(volumes).map(([source, target]) => ({ type: "volume", source, target: literal(target) })),
    }),
    ...limitsOf(compose),
  };
}

const DEFAULT_GRACE_MS = 10_000;

function secretsOf({ secrets }: ContainerIntent, compose: ComposeIntent): ComposeObject {
  const odd = secrets.find((name) => !isSubstitutable(name));
  if (odd !== undefined)
    throw new VoxError("DEPLOY_UNSUPPORTED", `Compose cannot substitute a variable named \`${odd}\``, {
      hint: "name the secret with letters, digits and `_`",
    });
  if (secrets.length === 0) return {};
  if (compose.secrets === "files") return { secrets: secrets.map((source) => ({ source, target: source })) };
  return { environment: Object.fromEntries(secrets.map((name) => [name, requiredVariable(name)])) };
}

/** A command is in the image too; here it can be seen, and changed by the project's own file. An HTTP probe is deploy's. */
function healthcheckOf(check: HealthcheckIntent | undefined): ComposeObject {
  if (check?.kind !== "command") return {};
  const { command, intervalMs, timeoutMs, retries, startPeriodMs } = check;
  return {
    healthcheck: {
      test: ["CMD", ...command.map(literal)],
      ...(intervalMs !== undefined && { interval: duration(intervalMs) }),
      ...(timeoutMs !== undefined && { timeout: duration(timeoutMs) }),
      ...(retries !== undefined && { retries }),
      ...(startPeriodMs !== undefined && { start_period: duration(startPeriodMs) }),
    },
  };
}

/** Compose writes secrets into a container that it has made, which it cannot where all is read-only. */
function readOnlyOf({ secrets }: ContainerIntent, compose: ComposeIntent): boolean | undefined {
  if (compose.secrets === "environment" || secrets.length === 0) return compose.readOnly;
  if (compose.readOnly !== true) return false;
  throw new VoxError("DEPLOY_UNSUPPORTED", "Compose cannot give secrets as files to a container that is read-only", {
    place: { file: MANIFEST_FILE },
    hint: "take `read_only` or `secrets` out of [deploy.compose]",
  });
}

function hardened(container: ContainerIntent, compose: ComposeIntent, mounted: readonly string[]): ComposeObject {
  const readOnly = readOnlyOf(container, compose);
  const { sealed, dropsCapabilities } = hardeningOf(container, mounted, readOnly);
  return {
    ...(sealed && { read_only: true, tmpfs: ["/tmp"] }),
    ...(dropsCapabilities && { cap_drop: ["ALL"] }),
    security_opt: ["no-new-privileges:true"],
  };
}

function limitsOf({ resources: { cpus, memory, pids } }: ComposeIntent): ComposeObject {
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { mem_limit: memory.toLowerCase() }),
    ...(pids !== undefined && { pids_limit: pids }),
  };
}

const duration = (durationMs: number): string => (durationMs % 1000 === 0 ? `${durationMs / 1000}s` : `${durationMs}ms`);

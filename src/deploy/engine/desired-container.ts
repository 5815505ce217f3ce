import { canonicalJson } from "../../core/canonical-json.ts";
import { type Digest, digestOf, shortHexOf } from "../../core/digest.ts";
import type { JsonCursor } from "../../core/json-cursor.ts";
import type { PortRequest } from "../../container/engine/engine.ts";
import type { DeployIntent } from "../../project/deploy-intent.ts";
import { hardeningOf, namedVolumes } from "../../render/hardening.ts";
import { type HealthWait, healthWaitOf, parseHealthWait } from "../health-wait.ts";
import { parsePort } from "../parse-port.ts";

/** What an engine should run for one environment: all of it but the values of secrets. */
export interface EngineDesired {
  readonly kind: "engine";
  readonly environment: string;
  readonly imageName: string;
  readonly image: Digest;
  /** The engine's own name for the image. */
  readonly reference: string;
  readonly ports: readonly PortRequest[];
  readonly volumes: Readonly<Record<string, string>>;
  readonly sealed: boolean;
  readonly dropsCapabilities: boolean;
  /** Names. */
  readonly secrets: readonly string[];
  readonly health: HealthWait;
}

export interface EngineImage {
  readonly digest: Digest;
  readonly reference: string;
}

/** The container of one environment, from its intent. @throws {VoxError} DEPLOY_INCOMPLETE */
export function engineDesired({ environment, container }: DeployIntent, { digest, reference }: EngineImage): EngineDesired {
  const { imageName, ports = [], publish, secrets, healthcheck } = container;
  const volumes = namedVolumes(container);
  const requests = publish?.map(parsePort) ?? ports.map((port) => ({ container: port, address: "127.0.0.1" }));
  return {
    kind: "engine",
    environment,
    imageName,
    image: digest,
    reference,
    ports: requests,
    volumes,
    ...hardeningOf(container, Object.values(volumes), undefined),
    secrets,
    health: healthWaitOf(healthcheck),
  };
}

/** By what a container is known to be what should run. */
export const fingerprintOf = (desired: EngineDesired): string =>
  shortHexOf(
    digestOf(canonicalJson({ ...desired, ports: desired.ports.map((port) => ({ ...port })), health: { ...desired.health } })),
  );

/** As a record holds it. @throws {VoxError} OCI_INVALID */
export function parseEngineDesired(json: JsonCursor): EngineDesired {
  return {
    kind: "engine",
    environment: json.at("environment").string(),
    imageName: json.at("imageName").string(),
    image: json.at("image").digest(),
    reference: json.at("reference").string(),
    ports: json.at("ports").list(portOf),
    volumes: json.at("volumes").map((path) => path.string()),
    sealed: json.at("sealed").boolean(),
    dropsCapabilities: json.at("dropsCapabilities").boolean(),
    secrets: json.at("secrets").strings(),
    health: parseHealthWait(json.at("health")),
  };
}

function portOf(json: JsonCursor): PortRequest {
  const host = json.at("host").present?.count();
  const address = json.at("address").present?.string();
  return {
    container: json.at("container").count(),
    ...(host !== undefined && { host }),
    ...(address !== undefined && { address }),
  };
}

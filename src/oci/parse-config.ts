import { type JsonCursor, parseJson } from "../core/json-cursor.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Healthcheck, HistoryEntry, ImageConfig, RunConfig } from "./image-config.ts";
import { MAX_MANIFEST_BYTES } from "./parse-manifest.ts";

/**
 * An image config, OCI or Docker; members that vox has no use for are dropped (image-spec, config.md).
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE
 */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw new VoxError("CONTENT_TOO_LARGE", `${what} is larger than ${MAX_MANIFEST_BYTES} bytes`);
  }
  const json = parseJson(bytes, { code: "OCI_INVALID", what });
  const rootfs = json.at("rootfs");
  if (rootfs.at("type").string() !== "layers") rootfs.at("type").fail("is not `layers`");
  const config = json.at("config").present;
  const history = json.at("history").present?.list(parseHistoryEntry);
  const features = json.at("os.features").present?.strings();
  return {
    architecture: json.at("architecture").string(),
    os: json.at("os").string(),
    ...optionalStrings(json, ["variant", "os.version", "created", "author"]),
    ...(features && { "os.features": features }),
    ...(config && { config: parseRunConfig(config) }),
    rootfs: { type: "layers", diff_ids: rootfs.at("diff_ids").present?.list((item) => item.digest()) ?? [] },
    ...(history && { history }),
  };
}

function parseRunConfig(json: JsonCursor): RunConfig {
  const exposedPorts = json.at("ExposedPorts").present?.map(emptyObject);
  const volumes = json.at("Volumes").present?.map(emptyObject);
  const labels = json.at("Labels").present?.map((value) => value.string());
  const env = json.at("Env").present?.strings();
  const entrypoint = json.at("Entrypoint").present?.strings();
  const cmd = json.at("Cmd").present?.strings();
  const healthcheck = json.at("Healthcheck").present;
  return {
    ...optionalStrings(json, ["User", "WorkingDir", "StopSignal"]),
    ...(exposedPorts && { ExposedPorts: exposedPorts }),
    ...(env && { Env: env }),
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(cmd && { Cmd: cmd }),
    ...(volumes && { Volumes: volumes }),
    ...(labels && { Labels: labels }),
    ...(healthcheck && { Healthcheck: parseHealthcheck(healthcheck) }),
  };
}

function parseHealthcheck(json: JsonCursor): Healthcheck {
  return {
    Test: json.at("Test").present?.strings() ?? [],
    ...optionalCounts(json, ["Interval", "Timeout", "StartPeriod", "Retries"]),
  };
}

function parseHistoryEntry(json: JsonCursor): HistoryEntry {
  const empty = json.at("empty_layer").present?.boolean();
  return {
    ...optionalStrings(json, ["created", "created_by", "author", "comment"]),
    ...(empty !== undefined && { empty_layer: empty }),
  };
}

/** The value side of Docker's sets; whatever stands there, the key is what counts. */
const emptyObject = (): Record<string, never> => ({});

function optionalStrings<K extends string>(json: JsonCursor, keys: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = json.at(key).present?.string();
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function optionalCounts<K extends string>(json: JsonCursor, keys: readonly K[]): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {};
  for (const key of keys) {
    const value = json.at(key).present?.count();
    if (value !== undefined) found[key] = value;
  }
  return found;
}

import { parse } from "yaml";
import type { JsonValue } from "../../core/canonical-json.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type ComposeObject, isObject, objectAt } from "./compose-object.ts";

/** Names that no option of a program can be taken for. */
const SERVICE_NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;
/** An alias may be used so often, lest a small file becomes a large one. */
const MAX_ALIASES = 100;

/**
 * A project's own Compose file.
 * @throws {VoxError} COMPOSE_INVALID
 */
export function parseCompose(text: string, file: string): ComposeObject {
  const document = read(text, file);
  if (!isObject(document)) throw invalid(file, "it is no object");
  const services = document["services"];
  if (services !== undefined && !isObject(services)) throw invalid(file, "`services` is no object");
  for (const [name, service] of Object.entries(objectAt(document, "services"))) {
    if (!SERVICE_NAME.test(name)) throw invalid(file, `\`${name}\` is not the name of a service`);
    if (!isObject(service)) throw invalid(file, `the service \`${name}\` is no object`);
  }
  return document;
}

function read(text: string, file: string): JsonValue | undefined {
  try {
    const value: unknown = parse(text, { merge: true, maxAliasCount: MAX_ALIASES });
    // Dates and the like become the texts that they were written as.
    return jsonOf(JSON.stringify(value ?? null));
  } catch (cause) {
    throw invalid(
      file,
      `it is not YAML: ${cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "it cannot be read"}`,
    );
  }
}

function jsonOf(text: string): JsonValue {
  return JSON.parse(text);
}

const invalid = (file: string, why: string): VoxError =>
  new VoxError("COMPOSE_INVALID", `\`${file}\` cannot be used: ${why}`, { place: { file } });

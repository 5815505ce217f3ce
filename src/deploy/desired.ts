import { parseJson } from "../core/json-cursor.ts";
import { canonicalJsonBytes, type JsonValue } from "../core/canonical-json.ts";
import { type ComposeDesired, parseComposeDesired } from "./compose/compose-desired.ts";
import { type EngineDesired, parseEngineDesired } from "./engine/desired-container.ts";

/** Only the tags of the image's repository say what is deployed. */
export interface RegistryDesired {
  readonly kind: "registry";
  readonly tags: readonly string[];
}

/** What should run: serialisable, so that a record can hold it and `rollback` can have it again. */
export type Desired = RegistryDesired | EngineDesired | ComposeDesired;

/** What a record holds of it. @throws {VoxError} OCI_INVALID */
export function parseDesired(value: JsonValue, what: string): Desired {
  const json = parseJson(canonicalJsonBytes(value), { code: "OCI_INVALID", what });
  const kind = json.at("kind").string();
  if (kind === "registry") return { kind, tags: json.at("tags").strings() };
  if (kind === "engine") return parseEngineDesired(json);
  if (kind === "compose") return parseComposeDesired(json);
  return json.at("kind").fail("is a target that this version of vox does not know");
}

/** As a record is to hold it. */
export const desiredJson = (desired: Desired): JsonValue => JSON.parse(JSON.stringify(desired));

import { canonicalJsonBytes, type JsonValue } from "../core/canonical-json.ts";
import type { Digest } from "../core/digest.ts";
import { parseJson } from "../core/json-cursor.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type ArtifactFile, type FileArtifact, fileArtifact } from "../oci/file-artifact.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import type { EngineChoice } from "../project/deploy-intent.ts";
import { type Desired, desiredJson, parseDesired } from "./desired.ts";

/** What says, in an air-gap file, how its image is to run. */
export interface AirgapRollout {
  readonly imageName: string;
  readonly environment: string;
  readonly runtime: EngineChoice;
  readonly desired: Desired;
  /** Images of the services beside the application, by the names that the Compose file has for them. */
  readonly others: readonly { readonly name: string; readonly digest: Digest }[];
}

export const AIRGAP_TYPE = "application/vnd.vox.airgap.v1";
/** The tag of the documents in the layout. */
export const AIRGAP_TAG = "vox-airgap";
const ROLLOUT = "rollout.json";
const POLICY = "policy.json";

export interface AirgapDocuments {
  readonly rollout: AirgapRollout;
  /** For people and their own tools. */
  readonly composeFile: string;
  readonly lock: string;
  readonly policy: JsonValue;
}

/** Everything beside the images, as one artifact. */
export function airgapArtifact({ rollout, composeFile, lock, policy }: AirgapDocuments): FileArtifact {
  const { desired, others, ...facts } = rollout;
  const document = { schemaVersion: 1, ...facts, desired: desiredJson(desired), others: others.map((other) => ({ ...other })) };
  return fileArtifact(AIRGAP_TYPE, [
    file(ROLLOUT, "application/json", canonicalJsonBytes(document)),
    file("compose.yaml", "application/yaml", Buffer.from(composeFile)),
    file("vox.lock", "application/toml", Buffer.from(lock)),
    file(POLICY, "application/json", canonicalJsonBytes(policy)),
  ]);
}

const file = (title: string, mediaType: string, bytes: Uint8Array): ArtifactFile => ({
  mediaType,
  annotations: { [ANNOTATION.title]: title },
  bytes,
});

/**
 * Whether whoever packaged the file has a policy about who signs: keys are not taken from it, since whoever changed it would bring their own.
 * @throws {VoxError} OCI_INVALID
 */
export function wantsSigner(files: ReadonlyMap<string, Uint8Array>, what: string): boolean {
  const policy = parseJson(files.get(POLICY) ?? Buffer.from("{}"), { code: "OCI_INVALID", what: `\`${POLICY}\` of ${what}` });
  return (policy.at("signers").present?.strings() ?? []).length > 0;
}

/** @throws {VoxError} OCI_INVALID */
export function parseAirgapRollout(files: ReadonlyMap<string, Uint8Array>, what: string): AirgapRollout {
  const bytes = files.get(ROLLOUT);
  if (!bytes) throw new VoxError("OCI_INVALID", `${what} lacks \`${ROLLOUT}\``);
  const json = parseJson(bytes, { code: "OCI_INVALID", what: `\`${ROLLOUT}\` of ${what}` });
  if (json.at("schemaVersion").count() !== 1) json.at("schemaVersion").fail("is of a newer vox");
  const runtime = json.at("runtime").string();
  return {
    imageName: json.at("imageName").string(),
    environment: json.at("environment").string(),
    runtime: runtime === "docker" || runtime === "podman" ? runtime : "auto",
    desired: parseDesired(json.at("desired").json(), `\`${ROLLOUT}\` of ${what}`),
    others: json.at("others").list((item) => ({ name: item.at("name").string(), digest: item.at("digest").digest() })),
  };
}

import { canonicalJson, canonicalJsonBytes, type JsonValue } from "../../core/canonical-json.ts";
import type { Digest } from "../../core/digest.ts";
import { type JsonCursor, parseJson } from "../../core/json-cursor.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import { descriptorOf } from "../../oci/parse-descriptor.ts";
import { parseImageIndex } from "../../oci/parse-manifest.ts";

/** What a record says: `started` is followed by one of the others, unless whoever started it was killed. */
export const RESULTS = ["started", "succeeded", "rolled-back", "failed", "yielded"] as const;
export type DeploymentResult = (typeof RESULTS)[number];

/** What somebody did, or began to do, to one environment (contracts, §7). */
export interface DeploymentRecord {
  readonly environment: string;
  /** Counts the deployments of the environment from 1; a start and its end have one number. */
  readonly sequence: number;
  /** The record before this one, which nothing but this one should follow. */
  readonly previous?: Digest;
  /** `user@machine`. */
  readonly actor: string;
  /** Of a start: the process on the actor's machine that does it. */
  readonly process?: number;
  /** RFC 3339 by the actor's clock: for people, nothing is decided by it. */
  readonly at: string;
  readonly result: DeploymentResult;
  /** Where it runs: `registry`, `engine`, `compose`. */
  readonly target: string;
  /** The image's index, which the record lists, so that retention keeps it. */
  readonly image: Descriptor;
  /** As it was deployed: `host/repository@digest`, or the engine's own name for it. */
  readonly reference: string;
  /** What was done and, of a failure, why: one phrase. */
  readonly cause: string;
  /** The rendered desired state: all that is needed to deploy the same again. */
  readonly desired: JsonValue;
}

export interface RecordDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** The record as an OCI index that lists the image; the rest is one annotation, so that a record is whole or not there. */
export function formatRecord(record: DeploymentRecord): RecordDocument {
  const { image, ...facts } = record;
  const { mediaType, digest, size, artifactType } = image;
  const bytes = canonicalJsonBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageIndex,
    artifactType: MEDIA_TYPE.voxDeployment,
    manifests: [{ mediaType, digest, size, ...(artifactType && { artifactType }) }],
    annotations: { [ANNOTATION.voxDeployment]: canonicalJson({ schemaVersion: 1, ...facts }) },
  });
  return { bytes, descriptor: descriptorOf(bytes, MEDIA_TYPE.imageIndex) };
}

/** @throws {VoxError} OCI_INVALID */
export function parseRecord(bytes: Uint8Array, what: string): DeploymentRecord {
  const { manifests, artifactType, annotations } = parseImageIndex(bytes, { mediaType: MEDIA_TYPE.imageIndex, what });
  const json = parseJson(Buffer.from(annotations?.[ANNOTATION.voxDeployment] ?? ""), { code: "OCI_INVALID", what });
  if (artifactType !== MEDIA_TYPE.voxDeployment) json.fail("is not a deployment record");
  const [image, ...others] = manifests;
  if (image === undefined || others.length > 0) return json.fail("does not list one image");
  if (json.at("schemaVersion").count() !== 1) json.at("schemaVersion").fail("is of a newer vox");
  return { ...factsOf(json), image };
}

function factsOf(json: JsonCursor): Omit<DeploymentRecord, "image"> {
  const previous = json.at("previous").present?.digest();
  const process = json.at("process").present?.count();
  return {
    environment: json.at("environment").string(),
    sequence: json.at("sequence").count(),
    ...(previous && { previous }),
    actor: json.at("actor").string(),
    ...(process !== undefined && { process }),
    at: json.at("at").string(),
    result: resultOf(json.at("result")),
    target: json.at("target").string(),
    reference: json.at("reference").string(),
    cause: json.at("cause").string(),
    desired: json.at("desired").json(),
  };
}

const resultOf = (json: JsonCursor): DeploymentResult =>
  RESULTS.find((result) => result === json.string()) ?? json.fail("is not a result that vox knows");

import type { Digest } from "../../core/digest.ts";
import type { JsonCursor } from "../../core/json-cursor.ts";
import { type HealthWait, parseHealthWait } from "../health-wait.ts";

/** What a Compose project should be: its file as it was rendered, which holds no value of a secret. */
export interface ComposeDesired {
  readonly kind: "compose";
  readonly environment: string;
  readonly project: string;
  /** The application's own service. */
  readonly service: string;
  /** What is brought up. */
  readonly services: readonly string[];
  readonly image: Digest;
  /** As the file names it. */
  readonly reference: string;
  readonly file: string;
  /** Names. */
  readonly secrets: readonly string[];
  /** Whether they are files in the container, not variables. */
  readonly secretFiles: boolean;
  readonly health: HealthWait;
}

/** As a record holds it. @throws {VoxError} OCI_INVALID */
export const parseComposeDesired = (json: JsonCursor): ComposeDesired => ({
  kind: "compose",
  environment: json.at("environment").string(),
  project: json.at("project").string(),
  service: json.at("service").string(),
  services: json.at("services").strings(),
  image: json.at("image").digest(),
  reference: json.at("reference").string(),
  file: json.at("file").string(),
  secrets: json.at("secrets").strings(),
  secretFiles: json.at("secretFiles").present?.boolean() ?? false,
  health: parseHealthWait(json.at("health")),
});

import { canonicalJsonBytes, type JsonValue } from "../core/canonical-json.ts";
import { type Digest, hexOf } from "../core/digest.ts";
import { PROVENANCE_TYPE, STATEMENT_TYPE } from "../core/in-toto.ts";
import type { JsonCursor } from "../core/json-cursor.ts";
import { openJson } from "./bundle.ts";

/** What a statement says of its subjects. */
export const PREDICATE = {
  /** What `cosign sign` says: nothing but that somebody signed. */
  signature: "https://sigstore.dev/cosign/sign/v1",
  spdx: "https://spdx.dev/Document",
  cyclonedx: "https://cyclonedx.org/bom",
  provenance: PROVENANCE_TYPE,
} as const;

export interface StatementSubject {
  readonly name?: string;
  readonly digest: Digest;
}

export interface NewStatement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: JsonValue;
}

export const formatStatement = ({ subjects, predicateType, predicate }: NewStatement): Uint8Array =>
  canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: subjects.map(({ name, digest }) => ({
      ...(name === undefined ? {} : { name }),
      digest: { sha256: hexOf(digest) },
    })),
    predicateType,
    predicate,
  });

export interface Statement {
  /** Hex of sha256; a subject without one cannot be an image. */
  readonly subjects: ReadonlySet<string>;
  readonly predicateType: string;
  readonly predicate: JsonCursor;
}

/** @throws {VoxError} ATTESTATION_INVALID */
export function parseStatement(bytes: Uint8Array): Statement {
  const json = openJson(bytes, "the statement");
  if (json.at("_type").string() !== STATEMENT_TYPE) json.at("_type").fail(`is not \`${STATEMENT_TYPE}\``);
  const digests = json.at("subject").list((item) => item.at("digest").at("sha256").present?.string());
  return {
    subjects: new Set(digests.filter((hex) => hex !== undefined)),
    predicateType: json.at("predicateType").string(),
    predicate: json.at("predicate"),
  };
}

export const isAbout = ({ subjects }: Statement, digest: Digest): boolean => subjects.has(hexOf(digest));

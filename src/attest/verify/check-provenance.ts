import { isVoxError } from "../../errors/vox-error.ts";
import { type ParsedProvenance, parseImageProvenance } from "../provenance/parse-provenance.ts";
import { PREDICATE } from "../statement.ts";
import { statementsAbout } from "./check-attestations.ts";
import { judgeBundles } from "./check-signatures.ts";
import type { ImageEvidence, Trust, TrustCheck } from "./evidence.ts";

export interface ProvedProvenance {
  readonly check: TrustCheck;
  /** Absent when it cannot be believed. */
  readonly provenance?: ParsedProvenance;
}

/** The signed provenance of an image: it is there, about this image, and such as vox makes it. */
export function checkProvenance({ image, manifests }: ImageEvidence, trust: Trust): ProvedProvenance {
  const index = manifests.find(({ manifest }) => manifest.digest === image.root.digest);
  const statements = index ? judgeBundles(index, trust).statements : [];
  const found = statements.filter(({ statement }) => statement.predicateType === PREDICATE.provenance);
  const [about] = statementsAbout(found, image);
  const id = "attestation provenance";
  if (!about) {
    const detail =
      found.length === 0 ? "none is attached by who is asked for" : "what is attached is about other digests than this image's";
    return { check: { id, ok: false, detail, restsOn: "signature" } };
  }
  try {
    const provenance = parseImageProvenance(about.statement.predicate);
    const detail = `made by \`${provenance.builder}\` of ${provenance.dependencies.size} things, says ${about.by}`;
    return { provenance, check: { id, ok: true, detail, restsOn: "signature" } };
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return { check: { id, ok: false, detail: error.message, restsOn: "signature" } };
  }
}

import { counted } from "../../core/counted.ts";
import type { JsonCursor } from "../../core/json-cursor.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import { isAbout, PREDICATE } from "../statement.ts";
import { judgeBundles, type SignedStatement } from "./check-signatures.ts";
import type { ImageEvidence, Trust, TrustCheck } from "./evidence.ts";

/** What must be said of an image besides that it is signed, and how it is told from anything else. */
const EXPECTED = [
  { id: "attestation spdx", type: PREDICATE.spdx, form: { key: "spdxVersion", value: "SPDX-2.3" } },
  { id: "attestation cyclonedx", type: PREDICATE.cyclonedx, form: { key: "bomFormat", value: "CycloneDX" } },
] as const;

/** The statements on the index: each is there, about the index and every platform, and of the form that it should have. */
export function checkAttestations({ image, manifests }: ImageEvidence, trust: Trust): readonly TrustCheck[] {
  const index = manifests.find(({ manifest }) => manifest.digest === image.root.digest);
  const statements = index ? judgeBundles(index, trust).statements : [];
  return EXPECTED.map((expected): TrustCheck => {
    const found = statements.filter(({ statement }) => statement.predicateType === expected.type);
    return { id: expected.id, restsOn: "signature", ...attestation(found, expected.form, image) };
  });
}

/** The statements of one type that are about this image. */
export const statementsAbout = (statements: readonly SignedStatement[], { root, platforms }: ImageEvidence["image"]) => {
  const digests = [root.digest, ...platforms.map(({ manifest }) => manifest.digest)];
  return statements.filter(({ statement }) => digests.every((digest) => isAbout(statement, digest)));
};

function attestation(
  found: readonly SignedStatement[],
  form: { readonly key: string; readonly value: string },
  image: ImageEvidence["image"],
): Pick<TrustCheck, "ok" | "detail"> {
  if (found.length === 0) return { ok: false, detail: "none is attached by who is asked for" };
  const [about] = statementsAbout(found, image);
  if (!about) return { ok: false, detail: "what is attached is about other digests than this image's" };
  const value = textAt(about.statement.predicate, form.key);
  if (value !== form.value) return { ok: false, detail: `its \`${form.key}\` is not \`${form.value}\`` };
  return { ok: true, detail: `about the index and ${counted(image.platforms.length, "platform")}, by ${about.by}` };
}

function textAt(json: JsonCursor, key: string): string | undefined {
  try {
    return json.at(key).present?.string();
  } catch (error) {
    if (isVoxError(error)) return undefined;
    throw error;
  }
}

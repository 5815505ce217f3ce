import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";

/*
 * What SPDX 2.3 asks of a document in JSON (https://spdx.github.io/spdx-spec/v2.3/, chapters 6, 7, 10, 11 and annex D), as a JSON
 * Schema of our own beside the official one: it is strict where theirs is loose, with no member that vox does not write.
 */

const text = { type: "string", minLength: 1 };
const list = (items: object) => ({ type: "array", items });
const object = (required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) => ({
  type: "object",
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});

const spdxId = { type: "string", pattern: "^SPDXRef-[a-zA-Z0-9.-]+$" };
const uri = { type: "string", pattern: "^[a-z][a-z0-9+.-]*:[^\\s#]+$" };
/** Annex D, as far as its grammar is one of words. */
const licence = {
  type: "string",
  pattern: "^(NOASSERTION|NONE|\\(*[A-Za-z0-9.+-]+\\)*( (AND|OR|WITH) \\(*[A-Za-z0-9.+-]+\\)*)*)$",
};

const SPDX_SCHEMA = object(
  {
    spdxVersion: { const: "SPDX-2.3" },
    dataLicense: { const: "CC0-1.0" },
    SPDXID: { const: "SPDXRef-DOCUMENT" },
    name: text,
    documentNamespace: uri,
    creationInfo: object({
      created: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
      creators: { ...list({ type: "string", pattern: "^(Tool|Organization|Person): .+$" }), minItems: 1 },
    }),
    packages: list(
      object(
        {
          SPDXID: spdxId,
          name: text,
          versionInfo: text,
          downloadLocation: { type: "string", pattern: "^(NOASSERTION|NONE|git\\+[a-z]+:[^\\s#]+)$" },
          filesAnalyzed: { const: false },
          licenseConcluded: licence,
          licenseDeclared: licence,
          copyrightText: text,
          primaryPackagePurpose: { enum: ["APPLICATION", "CONTAINER", "LIBRARY"] },
          externalRefs: list(
            object({
              referenceCategory: { const: "PACKAGE-MANAGER" },
              referenceType: { const: "purl" },
              referenceLocator: { type: "string", pattern: "^pkg:" },
            }),
          ),
        },
        {
          checksums: list(
            object({ algorithm: { const: "SHA256" }, checksumValue: { type: "string", pattern: "^[0-9a-f]{64}$" } }),
          ),
          homepage: uri,
          description: text,
          comment: text,
        },
      ),
    ),
    relationships: list(
      object({
        spdxElementId: spdxId,
        relationshipType: { enum: ["DESCRIBES", "CONTAINS", "DEPENDS_ON", "DESCENDANT_OF", "VARIANT_OF"] },
        relatedSpdxElement: spdxId,
      }),
    ),
  },
  {
    hasExtractedLicensingInfos: list(
      object({ licenseId: { type: "string", pattern: "^LicenseRef-[a-zA-Z0-9.-]+$" }, extractedText: text, name: text }),
    ),
  },
);

const OFFICIAL: object = JSON.parse(readFileSync(join(import.meta.dirname, "spdx/spdx-schema-v2.3.json"), "utf8"));

/** What is wrong with a document by the official schema, and by ours. */
export function spdxFaults(document: unknown): readonly unknown[] {
  const official = new Ajv2019({ allErrors: true, strict: false }).compile(OFFICIAL);
  const own = new Ajv({ allErrors: true }).compile(SPDX_SCHEMA);
  return [official, own].flatMap((validate) => (validate(document) ? [] : (validate.errors ?? [])));
}

import { commandRegistryJsonSchema } from "../contracts/command-registry.ts";
import { installPolicyJsonSchema } from "../contracts/install-policy.ts";
import { portabilityPolicyJsonSchema } from "../contracts/portability-policy.ts";
import type { JsonSchema } from "../contracts/json-schema.ts";
import { materializedProjectJsonSchema } from "../contracts/materialized-project.ts";
import { outputJsonSchemas } from "../contracts/output.ts";
import { imageProvenanceJsonSchema } from "../contracts/image-provenance.ts";
import { publishProvenanceJsonSchema } from "../contracts/provenance.ts";
import type { CommandRegistry } from "../contracts/command-registry.ts";
import { voxLockJsonSchema } from "../contracts/vox-lock.ts";
import { voxTomlJsonSchema } from "../contracts/vox-toml.ts";
import { type FileTexts, firstStaleLine } from "./file-texts.ts";
import type { Finding } from "./finding.ts";
import type { GeneratedFile } from "./generated-file.ts";
import { renderCliReference } from "./reference/cli-reference.ts";
import { renderContractInventory } from "./reference/contract-inventory.ts";
import { renderComplianceReference } from "./reference/compliance-reference.ts";
import { renderDeployFieldReference } from "./reference/deploy-field-reference.ts";
import { renderEnvironmentReference } from "./reference/environment-reference.ts";
import { renderErrorReference } from "./reference/error-reference.ts";
import { renderExitCodeReference } from "./reference/exit-code-reference.ts";
import { renderPolicyReference } from "./reference/policy-reference.ts";
import { renderSecretReference } from "./reference/secret-reference.ts";
import { withParts } from "./reference/generated-parts.ts";
import { invariantParts } from "./reference/invariant-parts.ts";
import { NORMATIVE_PAGE } from "./normative-page.ts";
import { SCHEMA_PATH } from "./validator.ts";
import { VALIDATORS } from "./validators.ts";

/** Every file that `vox ci docs-sync` keeps fresh; of some pages a part is made, and the rest is as it is. */
export const generatedFiles = (registry: CommandRegistry, present: FileTexts): readonly GeneratedFile[] => [
  { path: "docs/src/reference/cli.md", text: renderCliReference(registry) },
  { path: "docs/src/reference/errors.md", text: renderErrorReference() },
  { path: "docs/src/reference/exit-codes.md", text: renderExitCodeReference() },
  { path: "docs/src/reference/env-vars.md", text: renderEnvironmentReference() },
  { path: "docs/src/reference/deploy-fields.md", text: renderDeployFieldReference() },
  { path: "docs/src/reference/command-compliance.md", text: renderComplianceReference(VALIDATORS) },
  { path: "docs/src/reference/secrets.md", text: renderSecretReference() },
  { path: "docs/src/reference/policy.md", text: renderPolicyReference() },
  { path: NORMATIVE_PAGE, text: withParts(present.text(NORMATIVE_PAGE) ?? "", invariantParts()) },
  { path: "docs/src/architecture/public-contract-inventory.md", text: renderContractInventory(registry) },
  schemaFile(SCHEMA_PATH, commandRegistryJsonSchema()),
  schemaFile("contracts/policy/portability-policy.schema.json", portabilityPolicyJsonSchema()),
  schemaFile("contracts/install/install-policy.schema.json", installPolicyJsonSchema()),
  schemaFile("contracts/manifest/vox-toml.schema.json", voxTomlJsonSchema()),
  schemaFile("contracts/lockfile/vox-lock.schema.json", voxLockJsonSchema()),
  schemaFile("contracts/provenance/pm-publish.schema.json", publishProvenanceJsonSchema()),
  schemaFile("contracts/provenance/image.schema.json", imageProvenanceJsonSchema()),
  schemaFile("contracts/handoff/materialized-project.schema.json", materializedProjectJsonSchema()),
  ...[...outputJsonSchemas()].map(([name, schema]) => schemaFile(`contracts/output/${name}.schema.json`, schema)),
];

const schemaFile = (path: string, schema: JsonSchema): GeneratedFile => ({
  path,
  text: `${JSON.stringify(schema, null, 2)}\n`,
});

/** The files that are not in the checkout as they would be made now. */
export const staleFiles = (generated: readonly GeneratedFile[], present: FileTexts): readonly GeneratedFile[] =>
  generated.filter(({ path, text }) => present.text(path) !== text);

/** What `docs-sync --check` says of them. */
export const stalenessFindings = (stale: readonly GeneratedFile[], present: FileTexts): readonly Finding[] =>
  stale.map(({ path, text }) => {
    const old = present.text(path);
    return {
      id: "docs-sync",
      severity: "error",
      message: old === undefined ? `\`${path}\` is not there` : `\`${path}\` is not fresh`,
      file: path,
      line: old === undefined ? 1 : firstStaleLine(old, text),
    };
  });

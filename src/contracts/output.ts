import { z } from "zod";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { cacheClearDocument, cacheDirDocument, cacheGcDocument, cacheStatusDocument } from "./output-cache.ts";
import { checksDocument, commandsDocument, completionsDocument, doctorDocument, explainDocument, upgradeDocument } from "./output-help.ts";
import { infoDocument, loginDocument, logoutDocument, searchDocument, yankDocument } from "./output-registry.ts";
import { deployDocument, deploymentsDocument, imageDocument, pushDocument, rollbackDocument } from "./output-deploy.ts";
import { count, digest, lane, packageName, platform, severity, sizeBytes } from "./value-schemas.ts";

/** The documents that commands print with `--json` (contracts, §8). Readers ignore keys that they do not know; keys are only ever added. */

const lockChange = z.looseObject({
  kind: z.enum(["package", "base-image"]),
  name: z.string(),
  from: z.string().optional().describe("Version, source or digest before"),
  to: z.string().optional(),
  why: z.string().describe("Who asks for it, or why it went or changed, in a phrase"),
});

const lockDocument = z.looseObject({
  lockDigest: digest.describe("sha256 of the bytes of vox.lock"),
  changed: z.boolean(),
  diff: z.looseObject({ added: z.array(lockChange), removed: z.array(lockChange), changed: z.array(lockChange) }),
  packages: count,
});

const dependencyTableName = z.enum(["dependencies", "dev-dependencies", "skills"]);

const addDocument = lockDocument.extend({
  added: z.array(z.looseObject({ name: packageName, table: dependencyTableName })).describe("With the keys that were written"),
});

const removeDocument = lockDocument.extend({
  removed: z.array(z.looseObject({ name: packageName, table: dependencyTableName })),
});

/** A package in its place; `repeated` where what is below it is shown at another place. */
const treeBranch = z.looseObject({
  name: z.string(),
  version: z.string().nullable(),
  scope: z.enum(["dev", "skill"]).optional(),
  repeated: z.boolean().optional(),
  get dependencies() {
    return z.array(treeBranch).optional().describe("Absent with `--invert`");
  },
  get dependents() {
    return z.array(treeBranch).optional().describe("With `--invert`, what depends on the package");
  },
});

const treeDocument = treeBranch;

const ask = z.looseObject({
  by: z.looseObject({ name: z.string(), version: z.string().nullable(), member: z.boolean() }),
  requires: z.looseObject({
    name: z.string(),
    version: z.string().nullable(),
    asked: z.string().describe("Range, folder or repository"),
    scope: z.enum(["normal", "dev", "skill"]),
    features: z.array(z.string()),
    defaultFeatures: z.boolean(),
  }),
  because: z.array(z.string()).describe("Features of the asker that turn an optional requirement on"),
});

const whyDocument = z.looseObject({
  packages: z.array(
    z.looseObject({
      name: z.string(),
      version: z.string().nullable(),
      source: z.string(),
      member: z.boolean(),
      reasons: z.array(z.array(ask)).describe("One way from each requirement of a member, the shortest first"),
      askedBy: z.array(ask),
      features: z.array(z.string()),
      patch: z.string().nullable(),
      ceiling: z
        .looseObject({ version: z.string(), admitted: z.boolean(), by: z.array(z.string()) })
        .nullable()
        .describe("The lowest limit that anybody sets to the version"),
    }),
  ),
});

const outdatedDocument = z.looseObject({
  packages: z.array(
    z.looseObject({
      name: packageName,
      registry: z.string(),
      locked: z.string(),
      admitted: z.string().nullable().describe("Highest version that all ranges admit"),
      highest: z.string().nullable().describe("Highest version of all"),
      outdated: z.boolean(),
    }),
  ),
  baseImages: z.array(
    z.looseObject({
      reference: z.string(),
      locked: digest,
      now: digest.nullable().describe("What the tag names; null when that could not be asked"),
      outdated: z.boolean(),
    }),
  ),
});

const syncDocument = z.looseObject({ packages: count, fetched: count, linked: count, verified: count });

const publishDocument = z.looseObject({
  name: packageName,
  version: z.string(),
  registry: z.string(),
  reference: z.string(),
  manifest: digest,
  archives: z.array(z.looseObject({ platform: platform.optional(), digest, diffId: digest, size: sizeBytes })),
  provenance: digest.describe("Manifest of the record that is attached to `manifest`"),
  published: z.boolean().describe("false with `--dry-run`, and for what `--workspace` found published with the same content"),
});

const publishWorkspaceDocument = z.looseObject({ packages: z.array(publishDocument) });

const transfer = z.looseObject({
  bytes: sizeBytes.describe("Sent, manifests included"),
  blobs: count,
  mounted: count.describe("Blobs that the registry took over from another of its repositories"),
  skipped: count,
});

const mirrorDocument = z.looseObject({
  to: z.string().describe("As it was named"),
  packages: z.array(
    z.looseObject({
      name: packageName,
      version: z.string(),
      manifest: digest,
      copied: z.boolean().describe("False when the destination had it"),
      referrers: count.describe("What is attached to it, and to that"),
      yanked: z.boolean(),
    }),
  ),
  transfer,
});

const vendorDocument = z.looseObject({
  out: z.string().describe("Absolute path of the folder"),
  packages: count,
  baseImages: count,
  bytes: sizeBytes.describe("Of its blobs"),
});

const verifyDocument = z.looseObject({
  ok: z.boolean(),
  checks: z.array(
    z.looseObject({
      id: z.string().describe("What is proved, such as `http-router archive`"),
      ok: z.boolean(),
      detail: z.string().describe("What was found; of a failure, its code and message"),
    }),
  ),
});

const verifyImageDocument = z.looseObject({
  ok: z.boolean(),
  reference: z.string(),
  checks: z.array(
    z.looseObject({
      id: z.string().describe("What is proved, such as `signature linux/amd64`"),
      ok: z.boolean(),
      detail: z.string(),
      restsOn: z.enum(["signature", "lock", "provenance", "content"]),
    }),
  ),
});

const keysDocument = z.looseObject({
  privateKey: z.string().describe("Absolute path"),
  publicKey: z.string().describe("Absolute path"),
  keyId: z.string().describe("base64 of the SHA-256 of the public key's SubjectPublicKeyInfo"),
});

const indexDocument = z.looseObject({
  registry: z.string(),
  reference: z.string(),
  manifest: digest,
  packages: count,
  versions: count,
});

const fileListDocument = z.looseObject({
  files: z.array(
    z.looseObject({
      path: z.string(),
      included: z.boolean(),
      reason: z.string(),
      secrets: z
        .array(z.looseObject({ rule: z.string(), line: z.int().min(1), column: z.int().min(1) }))
        .optional()
        .describe("For which the file would be refused"),
    }),
  ),
});

const initDocument = z.looseObject({ created: z.array(z.string()), name: packageName, kind: z.string() });

export const findingsDocument = z.looseObject({
  ok: z.boolean(),
  findings: z.array(
    z.looseObject({
      id: z.string(),
      severity: z.enum(["error", "warning"]),
      message: z.string(),
      file: z.string().nullable(),
      line: z.int().min(1).nullable(),
    }),
  ),
});

const portabilityDocument = findingsDocument.extend({
  lane,
  invariants: z.array(
    z.looseObject({
      id: z.string(),
      severity,
      status: z.enum(["held", "broken", "unknown", "not-judged", "kept"]),
      details: z.array(z.string()).describe("What each judge found: of each application, then of the image"),
    }),
  ),
});

const errorDocument = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    causes: z.array(z.string()),
    place: z.looseObject({ file: z.string(), line: z.int().optional(), column: z.int().optional() }).optional(),
  }),
});


const DOCUMENTS: Readonly<Record<string, z.ZodType>> = {
  init: initDocument,
  lock: lockDocument,
  add: addDocument,
  remove: removeDocument,
  update: lockDocument,
  tree: treeDocument,
  why: whyDocument,
  outdated: outdatedDocument,
  sync: syncDocument,
  "pm-publish": publishDocument,
  "pm-publish-workspace": publishWorkspaceDocument,
  "pm-info": infoDocument,
  "pm-yank": yankDocument,
  "pm-search": searchDocument,
  "pm-index": indexDocument,
  "pm-mirror": mirrorDocument,
  "pm-vendor": vendorDocument,
  "pm-verify": verifyDocument,
  login: loginDocument,
  logout: logoutDocument,
  "pm-cache-dir": cacheDirDocument,
  "pm-cache-status": cacheStatusDocument,
  "pm-cache-gc": cacheGcDocument,
  "pm-cache-clear": cacheClearDocument,
  "keys-generate": keysDocument,
  verify: verifyImageDocument,
  package: imageDocument,
  deploy: deployDocument,
  push: pushDocument,
  deployments: deploymentsDocument,
  rollback: rollbackDocument,
  "file-list": fileListDocument,
  findings: findingsDocument,
  "ci-portability": portabilityDocument,
  error: errorDocument,
  commands: commandsDocument,
  completions: completionsDocument,
  explain: explainDocument,
  "ci-command-compliance-list": checksDocument,
  doctor: doctorDocument,
  upgrade: upgradeDocument,
};

/** The JSON Schemas of the documents, by the name of their file under `contracts/output/`. */
export const outputJsonSchemas = (): ReadonlyMap<string, JsonSchema> =>
  new Map(
    Object.entries(DOCUMENTS).map(([name, schema]) => [name, jsonSchemaOf(schema, `\`--json\` document of vox: ${name}`)]),
  );

import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../../src/core/canonical-json.ts";
import { type DocumentSecret, secretsInDocuments } from "../../../../src/policy/secrets/document-secrets.ts";
import { manifestAllowances } from "../../../../src/policy/secrets/manifest-allowances.ts";
import { pem, randomText } from "../../../support/secrets.ts";

const token = `ghp_${randomText(36)}`;
const random = randomText(30);
const rule = "github-token";
const high = "high-entropy-assignment";

const FOUND: readonly (readonly [string, JsonValue, readonly DocumentSecret[]])[] = [
  ["a variable, by its value", { config: { Env: ["PATH=/bin", `GH=${token}`] } }, [{ rule, kind: "environment", name: "GH" }]],
  [
    "a variable, by its name",
    { config: { Env: [`API_TOKEN=${random}`] } },
    [{ rule: high, kind: "environment", name: "API_TOKEN" }],
  ],
  ["a label", { config: { Labels: { "com.example.token": token } } }, [{ rule, kind: "label", name: "com.example.token" }]],
  ["an annotation of a manifest", { annotations: { note: token } }, [{ rule, kind: "annotation", name: "note" }]],
  ["an annotation of an entry", { layers: [{ annotations: { note: token } }] }, [{ rule, kind: "annotation", name: "note" }]],
  ["a command", { config: { Cmd: ["serve", `--token=${token}`] } }, [{ rule, kind: "command", name: "cmd" }]],
  ["an entrypoint", { config: { Entrypoint: [`${token}`] } }, [{ rule, kind: "command", name: "entrypoint" }]],
  ["a health check", { config: { Healthcheck: { Test: ["CMD", token] } } }, [{ rule, kind: "command", name: "healthcheck" }]],
  [
    "an argument of a build, between other words",
    { history: [{ created_by: "ADD" }, { created_by: `RUN |1 API_TOKEN=${random} /bin/sh -c make # buildkit` }] },
    [{ rule: high, kind: "history", name: "history.1.created_by" }],
  ],
  [
    "a key in the history",
    { history: [{ comment: `RUN echo '${pem("RSA PRIVATE KEY")}'` }] },
    [{ rule: "private-key", kind: "history", name: "history.0.comment" }],
  ],
  ["what Docker keeps besides", { container_config: { Env: [`GH=${token}`] } }, [{ rule, kind: "environment", name: "GH" }]],
  [
    "any other text",
    { author: `https://me:${random}@git.acme.io/x` },
    [{ rule: "basic-auth-in-url", kind: "setting", name: "author" }],
  ],
  [
    "one place once",
    { config: { Env: [`GH=${token}`] }, container_config: { Env: [`GH=${token}`] } },
    [{ rule, kind: "environment", name: "GH" }],
  ],
];

const NOT_FOUND: readonly (readonly [string, JsonValue])[] = [
  [
    "digests",
    { rootfs: { diff_ids: [`sha256:${"ab".repeat(32)}`] }, config: { Env: [`IMAGE_TOKEN_SHA=${"ab12".repeat(16)}`] } },
  ],
  ["what a usual base says", { config: { Env: ["NODE_VERSION=22.1.0", "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568"] } }],
  ["a name that needs a value at run time", { config: { Env: ["DATABASE_PASSWORD="] } }],
  [
    "numbers, nothing, truth",
    { config: { ExposedPorts: { "80/tcp": {} }, Healthcheck: { Interval: 3 } }, history: [{ empty_layer: true }] },
  ],
];

describe("secrets in the documents of an image", () => {
  it.each(FOUND)("are found in %s", (_, document, expected) => expect(secretsInDocuments([document])).toEqual(expected));

  it.each(NOT_FOUND)("are not %s", (_, document) => expect(secretsInDocuments([document])).toEqual([]));

  it("are told once, whatever says it", () => {
    const document = { config: { Env: [`GH=${token}`] } };
    expect(secretsInDocuments([document, { annotations: { a: "b" } }, document])).toHaveLength(1);
  });

  it.each<readonly [string, DocumentSecret, boolean]>([
    [
      `[deploy.container]\n# vox:allow-secret ${rule}: revoked\nenv = { GH = "x" }`,
      { rule, kind: "environment", name: "GH" },
      true,
    ],
    [`# vox:allow-secret ${rule}: GH of the base is öffentlich`, { rule, kind: "environment", name: "GH" }, true],
    [`# vox:allow-secret ${rule}: revoked\nenv = { GH = "x" }`, { rule, kind: "environment", name: "OTHER" }, false],
    [`# vox:allow-secret ${rule}: revoked\nenv = { GH = "x" }`, { rule: high, kind: "environment", name: "GH" }, false],
    [`# vox:allow-secret ${rule}\nenv = { GH = "x" }`, { rule, kind: "environment", name: "GH" }, false],
    [`# vox:allow-secret ${rule}: in the base's history`, { rule, kind: "history", name: "history.1.created_by" }, true],
  ])("are allowed by a comment of Vox.toml that names rule, reason and place: %j", (manifest, secret, allowed) =>
    expect(manifestAllowances(manifest)(secret)).toBe(allowed),
  );
});

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { materializedProjectSchema } from "../../src/contracts/materialized-project.ts";
import { digestOf } from "../../src/core/digest.ts";
import { recordedHost } from "../unit/cli/host.ts";

const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, "utf8"));

function validatorOf(path: string) {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(readJson(path));
}

async function documentOf(line: string): Promise<unknown> {
  const { host, out } = recordedHost({ cwd: process.cwd() });
  await main([...line.split(" "), "--json"], host);
  return JSON.parse(out());
}

describe("the published schema", () => {
  it("of the command registry takes the registry, and nothing with an unknown key", () => {
    const valid = validatorOf("contracts/cli/command-registry.schema.json");
    const registry: Record<string, unknown> = parse(readFileSync("contracts/cli/command-registry.yaml", "utf8"));
    expect(valid(registry), JSON.stringify(valid.errors)).toBe(true);
    expect(valid({ ...registry, colour: "red" })).toBe(false);
    expect(valid({ ...registry, commands: [] })).toBe(false);
  });

  it("of the portability policy takes the policy, and nothing with an unknown key or severity", () => {
    const valid = validatorOf("contracts/policy/portability-policy.schema.json");
    const text = readFileSync("contracts/policy/portability-policy.yaml", "utf8");
    expect(valid(parse(text)), JSON.stringify(valid.errors)).toBe(true);
    for (const [from, to] of [
      ["version: 1", "version: 2"],
      ["ci: advisory", "ci: strict"],
      ["enforced_in: src/", "enforced_by: src/"],
    ] as const)
      expect([to, valid(parse(text.replace(from, to)))]).toEqual([to, false]);
  });

  it.each([
    ["commands", "commands"],
    ["explain LOCK_STALE", "explain"],
    ["explain NOPE", "error"],
    ["lock --nope", "error"],
    ["ci docs-sync --check", "findings"],
    ["ci command-compliance --only registry-schema", "findings"],
  ])("takes what `vox %s --json` prints", async (line, name) => {
    const valid = validatorOf(`contracts/output/${name}.schema.json`);
    const document = await documentOf(line);
    expect(valid(document), JSON.stringify(valid.errors)).toBe(true);
  });
});

const digest = digestOf("x");
const PROJECT = {
  schemaVersion: 1,
  identity: { name: "shop", version: "1.0.0", authors: [], dirty: true },
  closureDigest: digest,
  lockDigest: digest,
  mode: "frozen",
  dependencies: ["b"],
  packages: [
    {
      name: "a",
      version: "1.0.0",
      source: "registry+default",
      license: "MIT",
      dependencies: [],
      archive: { kind: "neutral", blob: { digest, diffId: digest, mediaType: "x/y", size: 1 } },
    },
    {
      name: "b",
      version: "1.0.0",
      source: "path+../b",
      dependencies: ["a"],
      archive: { kind: "by-platform", blobs: [{ platform: "linux/arm64", digest, diffId: digest, mediaType: "x/y", size: 1 }] },
    },
  ],
  files: [
    { kind: "file", path: "bin/run.js", digest, size: 12, mode: 0o755 },
    { kind: "symlink", path: "link", target: "bin/run.js" },
  ],
  baseImages: [{ reference: "docker.io/library/node:22-slim", digest, platforms: [{ platform: "linux/amd64", digest }] }],
  deploy: {
    environment: "production",
    target: "container",
    runtime: "auto",
    container: {
      imageName: "shop",
      baseImage: "scratch",
      builder: "auto",
      platforms: ["linux/amd64"],
      layers: "shared",
      workdir: "/app",
      user: "65532:65532",
      writable: [],
      env: {},
      labels: {},
      caCertificates: "",
      healthcheck: { kind: "http", path: "/healthz", port: 3000, intervalMs: 1000 },
      secrets: ["DATABASE_URL"],
      packages: [],
      run: [],
      compression: "gzip",
      dockerfile: "",
      buildArgs: {},
    },
  },
};

describe("the handoff's schema", () => {
  const valid = validatorOf("contracts/handoff/materialized-project.schema.json");

  it("takes a project with every kind of package, file and base", () => {
    expect(valid(PROJECT), JSON.stringify(valid.errors)).toBe(true);
    expect(materializedProjectSchema.parse(PROJECT)).toEqual(PROJECT);
  });

  it.each<readonly [string, object]>([
    ["another version of itself", { schemaVersion: 2 }],
    ["a digest of another algorithm", { closureDigest: "md5:00" }],
    ["an unknown key", { cache: "/home/ann/.cache" }],
    ["an absolute path", { files: [{ ...PROJECT.files[0], path: "/etc/passwd" }] }],
    ["a path that climbs", { files: [{ ...PROJECT.files[0], path: "a/../../b" }] }],
    ["a mode that no image has", { files: [{ ...PROJECT.files[0], mode: 0o777 }] }],
    ["a file of unknown kind", { files: [{ kind: "device", path: "x" }] }],
    ["a negative size", { files: [{ ...PROJECT.files[0], size: -1 }] }],
    ["a revision that is no commit", { identity: { ...PROJECT.identity, revision: "main" } }],
  ])("refuses %s", (_what, change) => {
    const project = { ...PROJECT, ...change };
    expect(valid(project)).toBe(false);
    expect(materializedProjectSchema.safeParse(project).success).toBe(false);
  });
});

import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { platformParts } from "../../../src/core/platform.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import type { ApplicationFile, MaterializedPackage, MaterializedProject } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, fileOf, projectOf } from "./fixtures.ts";
import { archiveOf, type ImageVector } from "./image-vectors.ts";
import { type BaseDialect, DOCKER_DIALECT, OCI_DIALECT } from "./world.ts";

type Input = Omit<ImageVector, "expected">;

const SERVER = "import router from 'http-router';\nrouter();\n";

const packageFiles = (name: string, version: string): Record<string, string> => ({
  "Vox.toml": `[package]\nname = "${name}"\nversion = "${version}"\n`,
  "index.js": `export default () => "${name}";\n`,
});

async function withPackages(names: readonly string[], sources: Readonly<Record<string, string>> = {}) {
  const packages: Record<string, Record<string, string>> = {};
  const materialized: MaterializedPackage[] = [];
  for (const name of names) {
    packages[`${name}@1.0.0`] = packageFiles(name, "1.0.0");
    const { diffId, digest, mediaType, size } = await archiveOf(`${name}@1.0.0`, packageFiles(name, "1.0.0"));
    materialized.push({
      name: parsePackageName(name),
      version: "1.0.0",
      source: sources[name] ?? "registry+default",
      dependencies: [],
      archive: { kind: "neutral", blob: { diffId, digest, mediaType, size } },
    });
  }
  return { packages, materialized };
}

/** Two platforms of a base whose layers are only named: no build reads them. */
function baseDocuments(dialect: BaseDialect) {
  const images = [AMD64, ARM64].map((platform) => {
    const layer = { mediaType: dialect.layer, digest: digestOf(`base layer ${platform}`), size: 4321 };
    const config = JSON.stringify({
      ...platformParts(platform),
      created: "2024-05-06T07:08:09Z",
      docker_version: "20.10.24",
      config: {
        Env: ["PATH=/usr/local/bin:/usr/bin", "NODE_VERSION=22.1.0"],
        Entrypoint: ["docker-entrypoint.sh"],
        Cmd: ["node"],
        Labels: { maintainer: "base", "org.opencontainers.image.title": "node" },
        OnBuild: ["RUN true"],
      },
      rootfs: { type: "layers", diff_ids: [digestOf(`base tar ${platform}`)] },
      history: [
        { created: "2024-05-06T07:08:09Z", created_by: "ADD rootfs.tar /" },
        { created_by: 'CMD ["node"]', empty_layer: true },
      ],
    });
    const named = { mediaType: dialect.config, digest: digestOf(config), size: Buffer.byteLength(config) };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: dialect.manifest, config: named, layers: [layer] });
    return { platform, config, manifest };
  });
  const manifests = images.map(({ platform, manifest }) => ({
    mediaType: dialect.manifest,
    digest: digestOf(manifest),
    size: Buffer.byteLength(manifest),
    platform: platformParts(platform),
  }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: dialect.index, manifests });
  const documents = [
    { mediaType: dialect.index, text: index },
    ...images.flatMap(({ config, manifest }) => [
      { mediaType: dialect.manifest, text: manifest },
      { mediaType: dialect.config, text: config },
    ]),
  ];
  const locked = {
    reference: "docker.io/library/node:22-slim",
    digest: digestOf(index),
    platforms: images.map(({ platform, manifest }) => ({ platform, digest: digestOf(manifest) })),
  };
  return { documents, locked };
}

interface Sketch {
  readonly description: string;
  readonly intent: Partial<ContainerIntent>;
  readonly packages?: readonly string[];
  readonly sources?: Readonly<Record<string, string>>;
  readonly dialect?: BaseDialect;
  readonly files?: readonly ApplicationFile[];
  readonly texts?: Readonly<Record<string, string>>;
  readonly identity?: Partial<MaterializedProject["identity"]>;
  readonly created?: string;
}

async function inputOf(sketch: Sketch): Promise<Input> {
  const { packages, materialized } = await withPackages(sketch.packages ?? [], sketch.sources);
  const base = sketch.dialect && baseDocuments(sketch.dialect);
  const texts = { server: SERVER, ...sketch.texts };
  const project = projectOf({
    identity: { ...projectOf().identity, ...sketch.identity },
    packages: materialized,
    files: [...(sketch.files ?? []), fileOf("server.js", SERVER)],
    baseImages: base ? [base.locked] : [],
    intent: { baseImage: base?.locked.reference ?? "scratch", ...sketch.intent },
  });
  return {
    description: sketch.description,
    options: { voxVersion: "0.1.0", ...(sketch.created && { created: sketch.created }) },
    files: Object.fromEntries(Object.values(texts).map((text) => [digestOf(text), text])),
    packages,
    base: base?.documents ?? [],
    project,
  };
}

const FACTS = {
  description: "A shop",
  license: "Apache-2.0",
  authors: ["A. Author <a@example.com>"],
  repository: "https://example.com/storefront",
  homepage: "https://example.com",
  documentation: "https://example.com/docs",
  revision: "0123456789abcdef0123456789abcdef01234567",
  dirty: false,
};

/** The vectors by name; `VOX_WRITE_VECTORS=1` writes them anew. */
export const VECTOR_INPUTS: Readonly<Record<string, () => Promise<Input>>> = {
  "scratch-uncompressed": () =>
    inputOf({
      description:
        "On scratch, nothing compressed, so that no zlib decides a digest; links, an executable and a writable directory",
      intent: { compression: "none", cmd: ["./bin/run"], writable: ["data"], user: "1000:1001", env: { B: "2", A: "1" } },
      packages: ["http-router", "tokenizer"],
      texts: { run: "#!/bin/sh\n" },
      files: [fileOf("bin/run", "#!/bin/sh\n", 0o755), { kind: "symlink", path: "current", target: "bin" }],
    }),
  "oci-base-all-fields": () =>
    inputOf({
      description:
        "On an OCI base, with every field of the image; packages of each kind of source; facts of the commit on the index alone",
      intent: {
        entrypoint: ["node"],
        cmd: ["server.js"],
        env: { NODE_VERSION: "22.2.0", NODE_ENV: "production" },
        ports: [3000, 80],
        volumes: ["/data"],
        labels: { team: "web" },
        stopSignal: "SIGINT",
        workdir: "/srv/shop",
        healthcheck: {
          kind: "command",
          command: ["node", "health.js"],
          intervalMs: 30_000,
          timeoutMs: 5_000,
          retries: 3,
          startPeriodMs: 10_000,
        },
      },
      packages: ["http-router", "shared", "templates"],
      sources: {
        shared: "path+../shared",
        templates: "git+https://example.com/t.git#0123456789abcdef0123456789abcdef01234567",
      },
      dialect: OCI_DIALECT,
      identity: FACTS,
      created: "2026-01-02T03:04:05Z",
    }),
  "docker-base-buckets": () =>
    inputOf({
      description:
        "On a Docker schema 2 base, with 26 small packages in buckets; everything that is absent inherits the base's",
      intent: { platforms: [ARM64, AMD64] },
      packages: Array.from({ length: 26 }, (_, index) => `pkg-${String.fromCharCode(97 + index)}`),
      dialect: DOCKER_DIALECT,
    }),
};

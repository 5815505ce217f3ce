import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import type {
  ApplicationFile,
  ArchiveBlob,
  MaterializedPackage,
  MaterializedProject,
} from "../../../src/project/materialized-project.ts";

export const AMD64 = parsePlatform("linux/amd64");
export const ARM64 = parsePlatform("linux/arm64");
export const BASE_REFERENCE = "127.0.0.1:5000/base/node:22";

export const blobOf = (name: string, size = 1000): ArchiveBlob => ({
  digest: digestOf(`blob of ${name}`),
  diffId: digestOf(`tar of ${name}`),
  mediaType: MEDIA_TYPE.layerTarGzip,
  size,
});

export interface PackageSketch {
  readonly source?: string;
  readonly version?: string;
  readonly size?: number;
}

export const packageOf = (name: string, sketch: PackageSketch = {}): MaterializedPackage => ({
  name: parsePackageName(name),
  version: sketch.version ?? "1.0.0",
  source: sketch.source ?? "registry+default",
  dependencies: [],
  archive: { kind: "neutral", blob: blobOf(`${name}@${sketch.version ?? "1.0.0"}`, sketch.size) },
});

export const fileOf = (path: string, text = path, mode: 0o644 | 0o755 = 0o644): ApplicationFile => ({
  kind: "file",
  path,
  digest: digestOf(text),
  size: Buffer.byteLength(text),
  mode,
});

export const intentOf = (change: Partial<ContainerIntent> = {}): ContainerIntent => ({
  imageName: "storefront",
  baseImage: BASE_REFERENCE,
  builder: "auto",
  platforms: [AMD64, ARM64],
  layers: "shared",
  workdir: "/app",
  cmd: ["node", "server.js"],
  user: "65532:65532",
  writable: [],
  env: {},
  labels: {},
  caCertificates: "",
  secrets: [],
  packages: [],
  run: [],
  compression: "gzip",
  dockerfile: "",
  buildArgs: {},
  ...change,
});

export interface ProjectSketch extends Partial<Omit<MaterializedProject, "deploy">> {
  readonly intent?: Partial<ContainerIntent>;
}

export function projectOf({ intent, ...change }: ProjectSketch = {}): MaterializedProject {
  return {
    schemaVersion: 1,
    identity: { name: parsePackageName("storefront"), version: "1.4.0", authors: [], dirty: true },
    closureDigest: digestOf("closure"),
    lockDigest: digestOf("lock"),
    mode: "frozen",
    dependencies: [],
    packages: [],
    files: [fileOf("server.js", "console.log('hello')\n")],
    baseImages: [
      {
        reference: BASE_REFERENCE,
        digest: digestOf("base index"),
        platforms: [
          { platform: AMD64, digest: digestOf("base amd64") },
          { platform: ARM64, digest: digestOf("base arm64") },
        ],
      },
    ],
    deploy: { environment: "production", target: "container", runtime: "auto", container: intentOf(intent) },
    ...change,
  };
}

/** The code of what a call throws, and its message. */
export function failureOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? `${"code" in error ? String(error.code) : error.name}: ${error.message}` : String(error);
  }
  return "no failure";
}

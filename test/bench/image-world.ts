import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import { canonicalJsonBytes } from "../../src/core/canonical-json.ts";
import { streamOf } from "../../src/core/byte-stream.ts";
import { digestOf } from "../../src/core/digest.ts";
import { parsePackageName } from "../../src/core/package-name.ts";
import type { Repository } from "../../src/oci/content-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { descriptorOf } from "../../src/oci/parse-descriptor.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import { packageArtifact } from "../../src/pm/registry/package-artifact.ts";
import { archiveOf, testMetadata } from "../support/published-package.ts";
import { clientOf } from "../support/remote-subject.ts";
import type { FilePackage } from "./file-packages.ts";
import { filesOf, layersOf } from "./image-tree.ts";

/* What every builder begins with: a base and packages in the registry, and the files of the application's image as a build context. */

export const openRepository = (host: string, name: string): Repository =>
  new RemoteStore(clientOf(host), name, { access: "push" });

export interface PushedBase {
  readonly amd64: string;
  readonly arm64: string;
}

/** A base of one layer, the running Node, for both platforms; the digests of their manifests. */
export async function pushBase(host: string, folder: string, name: string): Promise<PushedBase> {
  const root = join(folder, "base");
  await mkdir(join(root, "usr/bin"), { recursive: true });
  await copyFile(process.execPath, join(root, "usr/bin/node"));
  const file = join(folder, "base.tar");
  await create({ cwd: root, file, portable: true }, ["usr"]);
  const tar = await promisify(execFile)("cat", [file], { encoding: "buffer", maxBuffer: 2 ** 30 });
  const repository = openRepository(host, name);
  const layer = await put(repository, gzipSync(tar.stdout, { level: 1 }), MEDIA_TYPE.layerTarGzip);
  const manifest = async (architecture: string): Promise<Descriptor> => {
    const rootfs = { type: "layers", diff_ids: [digestOf(tar.stdout)] };
    const config = await put(
      repository,
      canonicalJsonBytes({ architecture, os: "linux", config: {}, rootfs, history: [{ created_by: "node" }] }),
      MEDIA_TYPE.imageConfig,
    );
    const document = { schemaVersion: 2, mediaType: MEDIA_TYPE.imageManifest, config: plain(config), layers: [plain(layer)] };
    return put(repository, canonicalJsonBytes(document), MEDIA_TYPE.imageManifest);
  };
  const [amd64, arm64] = [await manifest("amd64"), await manifest("arm64")];
  const manifests = [amd64, arm64].map((child, index) => ({
    ...plain(child),
    platform: { os: "linux", architecture: index === 0 ? "amd64" : "arm64" },
  }));
  const index = await put(
    repository,
    canonicalJsonBytes({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }),
    MEDIA_TYPE.imageIndex,
  );
  await repository.tag(index, "bench");
  return { amd64: `${name}@${amd64.digest}`, arm64: `${name}@${arm64.digest}` };
}

/** Publishes a package as it is, without the checks of `vox pm publish`. */
export async function publishTo(host: string, prefix: string, pack: FilePackage): Promise<void> {
  const { name, version, asks, files } = pack;
  const { blob, archive } = await archiveOf(parsePackageName(name), { ...files, "Vox.toml": manifestOf(pack) });
  const metadata = testMetadata(parsePackageName(name), version, Object.keys(asks));
  const dependencies = metadata.dependencies.map((line) => ({ ...line, requirement: asks[line.name] ?? "*" }));
  const artifact = packageArtifact({ metadata: { ...metadata, dependencies }, archives: { kind: "neutral", blob }, facts: {} });
  const repository = openRepository(host, `${prefix}/${name}`);
  await repository.push({ mediaType: blob.mediaType, digest: blob.digest, size: blob.size }, streamOf(archive));
  for (const { descriptor, bytes } of artifact.documents) await repository.push(descriptor, streamOf(bytes));
  await repository.tag(artifact.root.descriptor, version);
}

/** The `Vox.toml` of a package. */
export function manifestOf({ name, version, asks }: FilePackage): string {
  const lines = Object.entries(asks).map(([asked, range]) => `${asked} = "${range}"\n`);
  return `[package]\nname = "${name}"\nversion = "${version}"\n[dependencies]\n${lines.join("")}`;
}

/** Lays the files that an image has above its base into `deps/` and, of its last layer, into `app/`. */
export async function layContext(
  repository: Repository,
  reference: string,
  contextDir: string,
  dockerfile: string,
): Promise<void> {
  const [, ...own] = await layersOf(repository, reference);
  for (const layer of own) {
    const root = join(contextDir, layer === own.at(-1) ? "app" : "deps");
    for (const { path, kind, mode, target, bytes } of await filesOf(repository, layer)) {
      const to = join(root, path);
      await mkdir(kind === "directory" ? to : dirname(to), { recursive: true });
      if (kind === "link") await relink(target.slice(target.indexOf(" ") + 1), to);
      else if (kind === "file") await writeFile(to, bytes);
      if (kind !== "link") await chmod(to, mode);
    }
  }
  await writeFile(join(contextDir, "Dockerfile"), dockerfile);
}

async function relink(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

async function put(repository: Repository, bytes: Uint8Array, mediaType: string): Promise<Descriptor> {
  const descriptor = descriptorOf(bytes, mediaType);
  await repository.push(descriptor, streamOf(bytes));
  return descriptor;
}

const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canonicalJson, type JsonValue } from "../../src/core/canonical-json.ts";
import { parsePackageName } from "../../src/core/package-name.ts";
import type { Repository } from "../../src/oci/content-store.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { readArchivedManifest } from "../../src/pm/registry/archived-manifest.ts";
import { packageArtifact } from "../../src/pm/registry/package-artifact.ts";
import { publishPackage } from "../../src/pm/registry/publish.ts";
import { archiveOf } from "./published-package.ts";
import { createDesk, type Desk, type RunOptions, succeeded, type VoxRun } from "./vox-cli.ts";

/** A package to publish: what stands in its Vox.toml after `[package]` and name and version, and its other files. */
export interface Published {
  readonly name: string;
  readonly version: string;
  /** Lines of [package] first, then tables. */
  readonly manifest?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly created?: string;
}

/** Publishes a platform-neutral package into a repository, as `vox pm publish` would. */
export async function publishInto(
  repository: Repository,
  { name, version, manifest = "", files = {}, created }: Published,
): Promise<string> {
  const text = `[package]\nname = "${name}"\nversion = "${version}"\n${manifest}`;
  const content = { "index.js": `export const ${name.replaceAll("-", "_")} = "${version}";\n`, ...files, "Vox.toml": text };
  const { blob, archive } = await archiveOf(parsePackageName(name), content);
  const metadata = readArchivedManifest(new TextEncoder().encode(text), name).metadata();
  const artifact = packageArtifact({
    metadata,
    archives: { kind: "neutral", blob },
    facts: created === undefined ? {} : { created },
  });
  const blobs = new MemoryStore();
  blobs.add(archive, blob.mediaType);
  return (await publishPackage(repository, artifact, blobs)).digest;
}

export const publishToFolder = (registry: string, published: Published): Promise<string> =>
  publishInto(new FsLayoutStore(join(registry, published.name)), published);

/** A project on a desk of its own, and the files in it. */
export interface LockWorld {
  readonly desk: Desk;
  /** Absolute; the project. */
  readonly app: string;
  /** Absolute; the folder registry `file:../registry`. */
  readonly registry: string;
  path(file: string): string;
  read(file: string): string;
  write(file: string, text: string): void;
  publish(...packages: readonly Published[]): Promise<void>;
  vox(args: readonly string[], options?: RunOptions): Promise<VoxRun>;
  /** `vox lock`, which must succeed; its document. */
  lock(options?: RunOptions): Promise<unknown>;
}

export function createLockWorld(): LockWorld {
  const desk = createDesk();
  const app = join(desk.folder, "app");
  const registry = join(desk.folder, "registry");
  mkdirSync(app);
  const path = (file: string): string => join(app, file);
  const vox = (args: readonly string[], options: RunOptions = {}): Promise<VoxRun> => desk.vox(args, { cwd: app, ...options });
  return {
    desk,
    app,
    registry,
    path,
    vox,
    read: (file) => readFileSync(path(file), "utf8"),
    write: (file, text) => {
      mkdirSync(dirname(path(file)), { recursive: true });
      writeFileSync(path(file), text);
    },
    publish: async (...packages) => {
      for (const published of packages) await publishToFolder(registry, published);
    },
    lock: async (options) => succeeded(await vox(["lock", "--json"], options)).json(),
  };
}

/** Takes a version out of a folder registry, so that something else can be published in its place. */
export const dropPackage = (registry: string, name: string): void => rmSync(join(registry, name), { recursive: true });

/** A base image of one small layer for the platforms, tagged in a repository. */
export async function addBaseImage(store: MemoryStore, tag: string, architectures: readonly string[]): Promise<void> {
  const { blob, archive } = await archiveOf(parsePackageName("base"), { "Vox.toml": '[package]\nname = "base"\n' });
  store.add(archive, blob.mediaType);
  const manifests = architectures.map((architecture) => {
    const config = {
      architecture,
      os: "linux",
      config: { Env: ["BASE=1"] },
      rootfs: { type: "layers", diff_ids: [blob.diffId] },
    };
    const configDescriptor = add(store, config, MEDIA_TYPE.imageConfig);
    const layer = { mediaType: blob.mediaType, digest: blob.digest, size: blob.size };
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.imageManifest, config: configDescriptor, layers: [layer] };
    return { ...add(store, manifest, MEDIA_TYPE.imageManifest), platform: { os: "linux", architecture } };
  });
  await store.tag(add(store, { schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }, MEDIA_TYPE.imageIndex), tag);
}

function add(store: MemoryStore, value: JsonValue, mediaType: string) {
  const { digest, size } = store.add(new TextEncoder().encode(canonicalJson(value)), mediaType);
  return { mediaType, digest, size };
}

import type { MachinePolicy } from "../config/machine-policy.ts";
import type { KeyPair } from "../attest/keys/generate-key.ts";
import type { StatementSigner } from "../attest/signer.ts";
import type { DocumentCache } from "../container/base-image/base-image.ts";
import type { LayerCache } from "../container/build/layer-cache.ts";
import type { Engine, EngineDescription } from "../container/engine/engine.ts";
import type { ByteStream } from "../core/byte-stream.ts";
import type { EventSink } from "../core/events.ts";
import type { PackageName } from "../core/package-name.ts";
import type { Platform } from "../core/platform.ts";
import type { ContentStore, Mounter, ReferrerReader, Repository } from "../oci/content-store.ts";
import type { Login, LoginStore } from "../oci/credentials.ts";
import type { Annotations, Descriptor } from "../oci/descriptor.ts";
import type { LoginProof } from "../oci/prove-login.ts";
import type { ImageReference } from "../oci/reference.ts";
import type { Access } from "../oci/token-scope.ts";
import type { ComposeProgram } from "../deploy/compose/compose-program.ts";
import type { Actor } from "../deploy/history/actor.ts";
import type { BlobCache } from "../pm/cas/blob-cache.ts";
import type { OuterRules } from "../pm/files/list-project-files.ts";
import type { FileReader, ProjectFolder } from "../pm/files/project-folder.ts";
import type { GitSources } from "../pm/git/git-sources.ts";
import type { ProjectFiles, ProjectWriter } from "../pm/manifest/project-files.ts";
import type { ModuleFile } from "../pm/materialize/module-differences.ts";
import type { Materializer } from "../pm/materialize/materializer.ts";
import type { RegistryLocation } from "../pm/registry/location.ts";
import type { PackageRepository } from "../pm/registry/package-registry.ts";
import type { EngineChoice } from "../project/deploy-intent.ts";
import type { BuildStep } from "./build-step.ts";
import type { VerdictNotes } from "./lock-verdict.ts";
import type { VersionControl } from "./source-revision.ts";
import type { Vendored } from "./vendored.ts";

/*
 * What the ops need of the machine, one small port a concern. An op takes only those that it names; `src/runtime/` makes them all.
 */

/** Where keys are kept. Paths are absolute. */
export interface KeyPorts {
  /** @throws {VoxError} KEY_INVALID when it cannot be read */
  readKey(path: string): Promise<string>;
  /** As the environment says or somebody types; undefined where nobody can be asked. */
  keyPassword(path: string): Promise<string | undefined>;
  /** For a key that is not there yet. @throws {VoxError} KEY_PASSWORD when it is typed in two ways */
  newKeyPassword(path: string): Promise<string | undefined>;
  /** Signs for whom the job's OIDC token names. */
  keylessSigner(): Promise<StatementSigner>;
  /** Both files or none, the private one for its owner alone. @throws {VoxError} KEY_EXISTS, CANNOT_WRITE */
  writeKeys(prefix: string, pair: KeyPair): Promise<void>;
}

/** What holds on this machine, whatever a repository says. */
export interface PolicyPorts {
  /** `VOX_CONFIG_DIR/policy.toml`, where there is one. @throws {VoxError} CONFIG_INVALID */
  machinePolicy(): Promise<MachinePolicy | undefined>;
}

/** How a command runs: where its talk goes and when it stops. */
export interface RunPorts {
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
}

/** The files of a project; folders are absolute. */
export interface FolderPorts {
  projectFiles(dir: string): ProjectFiles & ProjectWriter;
  openFolder(dir: string): OpenFolder;
  /** Makes a folder and those above it. */
  makeFolder(dir: string): Promise<void>;
  /** What the project in a folder carries with it. */
  vendored(rootDir: string): Vendored;
  readonly git: VersionControl;
  readonly buildStep: BuildStep;
}

export interface OpenFolder {
  readonly folder: ProjectFolder;
  readonly reader: FileReader;
  outerRules(): Promise<readonly OuterRules[]>;
  /** Those of the files that carry capabilities, as far as the machine can tell. */
  readonly capable: (paths: readonly string[]) => Promise<readonly string[]>;
}

/** Registries of packages; a `file:` location is absolute here. */
export interface RegistryPorts {
  /** The machine's default registry, and how the user named it. */
  readonly defaultRegistry: RegistryLocation;
  /** The registry itself, whatever mirrors there are: for publishing, and for what looks after it. */
  packageRepository(location: RegistryLocation, name: PackageName, access: Access): Repository;
  /** For blobs by digest, from the registry or where the user's configuration has it read. */
  packageReader(location: RegistryLocation, name: PackageName): PackageRepository & ReferrerReader;
  /**
   * The repositories that a registry says it has; not all of them need be packages.
   * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED where it does not tell
   */
  packageNames(location: RegistryLocation, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The same from where the registry is read, a mirror too; `undefined` where there is no such list.
   * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED
   */
  packageCatalog(location: RegistryLocation, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** For resolving, from a mirror too: metadata is kept by digest, and offline it is all there is. */
  metadataRepository(location: RegistryLocation, name: PackageName, options: { readonly offline: boolean }): PackageRepository;
}

/** Where logins are proved and kept. */
export interface CredentialPorts {
  /** @throws {VoxError} REGISTRY_DENIED, REGISTRY_UNAVAILABLE */
  proveLogin(host: string, login: Login, signal: AbortSignal): Promise<LoginProof>;
  readonly logins: LoginStore;
}

/** What was learnt of locked versions, and how long learning it may take. */
export interface StandingPorts {
  readonly notes: VerdictNotes;
  /** A signal that aborts after so many milliseconds. */
  deadline(durationMs: number): AbortSignal;
}

/** Repositories that packages come from. */
export interface GitPorts {
  readonly gitSources: GitSources;
}

/** Small facts by their key, kept between runs; a loss costs time. */
export interface FactCache {
  fact(key: string): Promise<string | undefined>;
  /** @throws {VoxError} CANNOT_WRITE */
  keepFact(key: string, text: string): Promise<void>;
}

/** What the machine keeps between runs. */
export interface CachePorts {
  readonly cache: BlobCache;
  readonly layers: LayerCache;
  readonly documents: DocumentCache;
  readonly facts: FactCache;
  /** Manifests of images that were published. */
  readonly published: ContentStore;
  readonly materializer: Materializer;
  /** What lies in a project's `.vox_modules`, hashed anew; `undefined` without one. */
  moduleFiles(projectDir: string): readonly ModuleFile[] | undefined;
}

export interface ImagePorts {
  readonly voxVersion: string;
  /** RFC 3339, from SOURCE_DATE_EPOCH. */
  readonly created: string | undefined;
  /** RFC 3339 in UTC, whole seconds. */
  now(): string;
  /** The platform of this machine's containers. */
  readonly hostPlatform: Platform;
  imageRepository(
    reference: ImageReference,
    options?: { readonly access: Access; readonly mountFrom: readonly string[] },
  ): Repository & Mounter;
  imageLayout(dir: string): Repository;
  /** Whether a folder holds an image layout. */
  holdsLayout(dir: string): Promise<boolean>;
  /** What a layout's `index.json` lists. @throws {VoxError} OCI_INVALID */
  layoutEntries(dir: string): Promise<readonly Descriptor[]>;
  /** HTTP requests that were sent so far. */
  requestCount(): number;
}

/** A layout that is being made. */
export interface FreshLayout extends Repository {
  /** Lists content without tags, all at once, and says what the layout is. */
  inventory(entries: readonly Descriptor[], annotations: Annotations): Promise<void>;
}

/** The folder of a layout that is being made, for files beside what the layout itself is. */
export interface FreshFolder {
  addFile(name: string, text: string): Promise<void>;
}

/** A folder that is being made. */
export interface FreshTree {
  /** A file, and the folders that lead to it; modes are 0755 and 0644 whatever the umask. */
  addStream(path: string, content: ByteStream, options?: { readonly executable: boolean }): Promise<void>;
  addLink(path: string, target: string): Promise<void>;
}

/** Where results are written: whole or not at all. */
export interface OutputPorts {
  /**
   * Fills a new folder beside `dir` and puts it in its place.
   * @throws {VoxError} CANNOT_WRITE, also when `dir` holds something that vox did not write
   */
  replaceLayout<T>(dir: string, fill: (layout: FreshLayout, folder: FreshFolder) => Promise<T>): Promise<T>;
  /**
   * The same for any folder that vox writes whole.
   * @param mark a file of it by which it is known again
   * @throws {VoxError} CANNOT_WRITE
   */
  replaceFolder(dir: string, mark: string, fill: (folder: FreshTree) => Promise<void>): Promise<void>;
  /** @throws {VoxError} CANNOT_WRITE */
  writeFile(path: string, content: ByteStream): Promise<void>;
}

/** A `file:` registry in one file, for where there is no network. */
export interface RegistryArchivePorts {
  /**
   * Unpacked into a folder that goes with the last use; every blob is proved by its name.
   * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_PATH, CONTENT_MISMATCH, FILE_UNREADABLE
   */
  openRegistryArchive(path: string, signal: AbortSignal): Promise<OpenedRegistryArchive>;
  /** Fills a folder and writes it as one file, whole or not at all. @throws {VoxError} CANNOT_WRITE */
  writeRegistryArchive<T>(path: string, fill: (dir: string) => Promise<T>): Promise<T>;
}

export interface OpenedRegistryArchive extends AsyncDisposable {
  /** Absolute. */
  readonly dir: string;
}

export interface NamedRepository {
  readonly repository: Repository;
  /** For people. */
  readonly name: string;
}

/** Who deploys, and where deployments are remembered that no registry knows of. */
export interface DeploymentPorts {
  actor(): Actor;
  /** The records of an image that runs on this machine's engine, without a registry. */
  localHistory(imageName: string): NamedRepository;
  /** Rejects with the signal's reason when that is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** A variable of whoever runs vox: where secrets are. */
  variable(name: string): string | undefined;
  /** The status of an HTTP answer; `undefined` when there is none. */
  probe(url: string, signal: AbortSignal): Promise<number | undefined>;
  /** @throws {VoxError} COMPOSE_UNAVAILABLE naming what was tried */
  compose(engine: EngineDescription): Promise<ComposeProgram>;
  /** Keeps a rendered file under VOX_DATA_DIR, for Compose to read; its path. @throws {VoxError} CANNOT_WRITE */
  keepComposeFile(project: string, text: string): Promise<string>;
}

export interface EnginePorts {
  /** @throws {VoxError} ENGINE_UNAVAILABLE naming what was tried */
  engine(choice: EngineChoice): Promise<Engine>;
}

import { homedir } from "node:os";
import type { Environment } from "../config/environment-variables.ts";
import { PROGRAM_VERSION } from "../config/generated/version.ts";
import { sourceDateEpochSeconds } from "../config/parse-variable.ts";
import { resolvePaths, type VoxPaths } from "../config/paths.ts";
import type { EventSink } from "../core/events.ts";
import { FsBlobDirectory } from "../oci/fs-blob-directory.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import type {
  CachePorts,
  CredentialPorts,
  DeploymentPorts,
  EnginePorts,
  FolderPorts,
  GitPorts,
  KeyPorts,
  ImagePorts,
  OutputPorts,
  PolicyPorts,
  RegistryArchivePorts,
  RegistryPorts,
  RunPorts,
  StandingPorts,
} from "../ops/ports.ts";
import { blobCache } from "../pm/cas/blob-cache.ts";
import { FsMetadataCache } from "../pm/cas/fs-metadata-cache.ts";
import { openFileReader } from "../pm/files/fs-file-reader.ts";
import { readOuterRules } from "../pm/files/fs-outer-rules.ts";
import { openProjectFolder } from "../pm/files/fs-project-folder.ts";
import type { GitSources } from "../pm/git/git-sources.ts";
import { FsProjectFiles } from "../pm/manifest/fs-project-files.ts";
import { cachedRepository, offlineRepository } from "../pm/registry/cached-repository.ts";
import { readModuleFiles } from "../pm/materialize/fs-module-files.ts";
import { pageMemory } from "../pm/registry/page-memory.ts";
import { createMaterializer } from "./create-materializer.ts";
import { rfc3339 } from "./date-time.ts";
import { documentStore } from "./document-store.ts";
import { FsLayerCache } from "./fs-layer-cache.ts";
import { markUsed } from "./fs-use-marks.ts";
import { fsOutput, makeFolder } from "./fs-output.ts";
import { hostPlatform } from "./host-platform.ts";
import { holdsLayout } from "./fs-layout-names.ts";
import { machineEngine } from "./machine-engine.ts";
import { fsVendored } from "./fs-vendored.ts";
import { deploymentPorts } from "./deployment-ports.ts";
import { dockerLogins, RegistryAccess } from "./registry-access.ts";
import { RegistryMirrors } from "./fs-registry-mirrors.ts";
import { systemClock } from "./system-clock.ts";

/** The real machine, as the ops see it. What a command does not use is not loaded. */
export type Runtime = RunPorts &
  FolderPorts &
  RegistryPorts &
  CredentialPorts &
  CachePorts &
  ImagePorts &
  OutputPorts &
  RegistryArchivePorts &
  EnginePorts &
  DeploymentPorts &
  GitPorts &
  KeyPorts &
  PolicyPorts &
  StandingPorts;

export interface RuntimeOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
}

/** @throws {VoxError} CONFIG_INVALID, LOCATION_INVALID for variables that cannot be understood */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { env, cwd, signal, onEvent } = options;
  const home = homedir();
  const paths = resolvePaths(env, home);
  const access = new RegistryAccess({ env, home, cwd, paths, userAgent: `vox/${PROGRAM_VERSION}` });
  return {
    signal,
    onEvent,
    ...folderPorts(signal, onEvent),
    ...registryPorts(access, paths),
    proveLogin: (host, login, stop) => access.proveLogin(host, login, stop),
    logins: dockerLogins(env, home),
    ...cachePorts(paths.cacheDir),
    ...imagePorts(access, env),
    gitSources: gitSources(paths.cacheDir, env, signal),
    notes: new FsMetadataCache(paths.cacheDir),
    deadline: (durationMs) => AbortSignal.timeout(durationMs),
    ...lazyKeyPorts(env, signal),
    ...policyPorts(paths.configDir),
    ...fsOutput,
    ...registryArchive,
    ...deploymentPorts({ dataDir: paths.dataDir, env, signal }),
    engine: (choice) => machineEngine(choice, env),
  };
}

/** Several steps of a deployment ask for it, and all must be told the same. */
function policyPorts(configDir: string): PolicyPorts {
  let policy: ReturnType<PolicyPorts["machinePolicy"]> | undefined;
  const read = async () => (await import("./fs-machine-policy.ts")).readMachinePolicy(configDir);
  return { machinePolicy: () => (policy ??= read()) };
}

/** Few commands touch a key. */
function lazyKeyPorts(env: Environment, signal: AbortSignal): KeyPorts {
  const keys = async () => (await import("./fs-keys.ts")).keyPorts(env, signal);
  return {
    readKey: async (path) => (await keys()).readKey(path),
    keyPassword: async (path) => (await keys()).keyPassword(path),
    newKeyPassword: async (path) => (await keys()).newKeyPassword(path),
    writeKeys: async (prefix, pair) => (await keys()).writeKeys(prefix, pair),
    keylessSigner: async () => (await import("./http-keyless.ts")).keylessSigner(env),
  };
}

/** The git program is looked for when a dependency comes from git. */
function gitSources(cacheDir: string, env: Environment, signal: AbortSignal): GitSources {
  const seen = new FsMetadataCache(cacheDir, markUsed);
  const open = async () => {
    const { ProcessGitSources } = await import("../pm/git/process-git-sources.ts");
    return new ProcessGitSources({ cacheDir, seen, env, signal, markUsed });
  };
  return {
    commitOf: async (url, ref, access) => (await open()).commitOf(url, ref, access),
    snapshot: async (at, access) => (await open()).snapshot(at, access),
  };
}

/** Archives of registries are rare: what reads and writes them is loaded when one is named. */
const registryArchive: RegistryArchivePorts = {
  openRegistryArchive: async (path, signal) =>
    (await import("./fs-registry-archive.ts")).fsRegistryArchive.openRegistryArchive(path, signal),
  writeRegistryArchive: async (path, fill) =>
    (await import("./fs-registry-archive.ts")).fsRegistryArchive.writeRegistryArchive(path, fill),
};

const folderPorts = (signal: AbortSignal, onEvent: EventSink): FolderPorts => ({
  projectFiles: (dir) => new FsProjectFiles(dir),
  openFolder: (dir) => ({
    folder: openProjectFolder(dir),
    reader: openFileReader(dir),
    outerRules: () => readOuterRules(dir),
    capable: async (paths) => (await import("./process-capabilities.ts")).capableFiles(dir, paths, signal),
  }),
  makeFolder,
  vendored: fsVendored,
  git: {
    describe: async (folder) => (await import("./process-git.ts")).processGit(onEvent, signal).describe(folder),
  },
  buildStep: {
    run: async (argv, folder) => (await import("./process-build.ts")).processBuild(signal).run(argv, folder),
  },
});

function registryPorts(access: RegistryAccess, { cacheDir, configDir }: VoxPaths): RegistryPorts {
  const mirrors = new RegistryMirrors(configDir);
  const metadata = new FsMetadataCache(cacheDir, markUsed);
  const pages = pageMemory(metadata);
  return {
    defaultRegistry: access.defaultRegistry,
    packageRepository: (location, name, use) => access.packageRepository(location, name, { access: use }),
    packageReader: (location, name) => access.packageRepository(mirrors.of(location), name, {}),
    packageNames: async (location, signal) => (await access.packageNames(location, signal)) ?? [],
    packageCatalog: (location, signal) => access.packageNames(mirrors.of(location), signal),
    metadataRepository(location, name, { offline }) {
      const place = mirrors.of(location);
      if (place.kind === "file") return access.packageRepository(place, name, {});
      // What is remembered is the registry's, wherever it was read.
      const key = access.repositoryKey(location, name);
      if (offline) return offlineRepository(key, metadata);
      return cachedRepository(access.packageRepository(place, name, { pages }), key, metadata);
    },
  };
}

function cachePorts(cacheDir: string): CachePorts {
  const blobs = new FsBlobDirectory(cacheDir, { onCorrupt: "evict", markUsed });
  const cache = blobCache(blobs);
  const facts = new FsMetadataCache(cacheDir, markUsed);
  const documents = documentStore(facts);
  return {
    cache,
    layers: new FsLayerCache(
      cacheDir,
      { exists: cache.exists, fetch: cache.fetch, ingest: (content) => blobs.ingest(content) },
      markUsed,
    ),
    documents,
    facts,
    published: documents,
    materializer: createMaterializer(cacheDir),
    moduleFiles: readModuleFiles,
  };
}

const imagePorts = (access: RegistryAccess, env: Environment): ImagePorts => ({
  voxVersion: PROGRAM_VERSION,
  created: createdFrom(env),
  now: () => rfc3339(systemClock.nowMs()),
  hostPlatform: hostPlatform(),
  imageRepository: ({ registry, repository }, use) =>
    access.remote(registry, repository, use ? { access: use.access, mountSources: use.mountFrom } : { access: "pull" }),
  imageLayout: (dir) => new FsLayoutStore(dir),
  holdsLayout,
  layoutEntries: (dir) => new FsLayoutStore(dir).entries(),
  requestCount: () => access.requestCount,
});

/** SOURCE_DATE_EPOCH as RFC 3339. */
function createdFrom(env: Environment): string | undefined {
  const seconds = sourceDateEpochSeconds(env);
  return seconds === undefined ? undefined : rfc3339(seconds * 1000);
}

import { packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { parseGitUrl } from "../manifest/git-source.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type {
  LockedArchive,
  LockedPackage,
  LockedPatch,
  LockedProject,
  LockedRegistry,
  LockedSource,
  Lockfile,
} from "./lockfile.ts";
import { LockReader, type Table } from "./lock-reader.ts";
import { parseFeatureTable, parsePatchSource, parseRequiresLine } from "./requires-line.ts";

const LOCK_VERSION = 1;

/**
 * vox.lock as a value; keys that this version does not know are passed over when `revision` is newer.
 * @throws {VoxError} LOCK_INVALID with the place, LOCK_VERSION for a format of a later vox
 */
export function parseLock(text: string, file = "vox.lock"): Lockfile {
  const reader = new LockReader(text, file);
  const root = reader.root();
  const version = reader.integer(root, "version");
  if (version > LOCK_VERSION) {
    throw new VoxError("LOCK_VERSION", `\`${file}\` has version ${version}, this vox reads ${LOCK_VERSION}`, {
      place: { file },
    });
  }
  if (version !== LOCK_VERSION) throw reader.invalid(`version ${version} has never existed`);
  const lock: Lockfile = {
    version: LOCK_VERSION,
    revision: reader.integer(root, "revision"),
    projects: reader.tables(root, "project").map((table) => readProject(reader, table)),
    registries: reader.tables(root, "registry").map((table) => readRegistry(reader, table)),
    packages: reader.tables(root, "package").map((table) => readPackage(reader, table)),
    patches: reader.tables(root, "patch").map((table) => readPatch(reader, table)),
    baseImages: reader.tables(root, "base-image").map((table) => readBaseImage(reader, table)),
  };
  refuseTwins(reader, lock);
  return lock;
}

function readProject(reader: LockReader, table: Table): LockedProject {
  const name = reader.name(table, "name");
  return reader.within("project", name, () => ({
    name,
    path: reader.string(table, "path"),
    requires: readRequires(reader, table),
    featureTable: readFeatures(reader, table),
  }));
}

const readRegistry = (reader: LockReader, table: Table): LockedRegistry => ({
  name: reader.string(table, "name"),
  index: reader.string(table, "index"),
});

function readPackage(reader: LockReader, table: Table): LockedPackage {
  const name = reader.name(table, "name");
  return reader.within("package", name, () => {
    const source = readSource(reader, table);
    return {
      name,
      ...(source.kind === "path" ? {} : { version: reader.string(table, "version") }),
      source,
      features: reader.strings(table, "features"),
      requires: readRequires(reader, table),
      featureTable: readFeatures(reader, table),
      dependencies: reader.names(table, "dependencies"),
      devDependencies: reader.names(table, "dev-dependencies"),
    };
  });
}

function readSource(reader: LockReader, table: Table): LockedSource {
  const text = reader.string(table, "source");
  const at = text.indexOf("+");
  const rest = text.slice(at + 1);
  switch (text.slice(0, at)) {
    case "registry":
      return { kind: "registry", registry: rest, archives: readArchives(reader, table) };
    case "git":
      return readGitSource(reader, table, rest);
    case "path":
      return { kind: "path", path: rest };
    default:
      throw reader.invalid(`\`${text}\` is not a source`);
  }
}

/** Enforces `git-pinned`. */
function readGitSource(reader: LockReader, table: Table, text: string): LockedSource {
  const [, url, commit] = /^(.+)#([0-9a-f]{40})$/.exec(text) ?? [];
  if (!url || !commit) throw reader.invalid(`\`git+${text}\` does not end in a commit of 40 hex digits`);
  reader.check(() => parseGitUrl(url));
  return { kind: "git", url, commit, diffId: reader.digest(table, "diff-id") };
}

function readArchives(reader: LockReader, table: Table) {
  const platforms = reader.tables(table, "platform");
  if (platforms.length === 0) return { kind: "neutral", archive: readArchive(reader, table) } as const;
  return {
    kind: "by-platform",
    archives: platforms.map((entry) => ({ platform: reader.platform(entry, "platform"), ...readArchive(reader, entry) })),
  } as const;
}

const readArchive = (reader: LockReader, table: Table): LockedArchive => ({
  manifest: reader.digest(table, "manifest"),
  digest: reader.digest(table, "digest"),
  diffId: reader.digest(table, "diff-id"),
  mediaType: reader.string(table, "media-type"),
  size: reader.integer(table, "size"),
});

function readPatch(reader: LockReader, table: Table): LockedPatch {
  const replacement = reader.string(table, "replacement");
  reader.check(() => parsePatchSource(replacement));
  return { name: reader.name(table, "name"), replacement };
}

const readBaseImage = (reader: LockReader, table: Table): LockedBaseImage => ({
  reference: reader.string(table, "reference"),
  digest: reader.digest(table, "digest"),
  platforms: reader
    .tables(table, "platform")
    .map((entry) => ({ platform: reader.platform(entry, "platform"), digest: reader.digest(entry, "digest") })),
});

function readRequires(reader: LockReader, table: Table): readonly string[] {
  const lines = reader.strings(table, "requires");
  reader.check(() => lines.forEach(parseRequiresLine));
  return lines;
}

function readFeatures(reader: LockReader, table: Table): readonly string[] {
  const lines = reader.strings(table, "feature-table");
  reader.check(() => parseFeatureTable(lines));
  return lines;
}

function refuseTwins(reader: LockReader, lock: Lockfile): void {
  const lists: readonly [string, readonly string[]][] = [
    ["project", lock.projects.map((project) => project.path)],
    ["registry", lock.registries.map((registry) => registry.name)],
    ["package", lock.packages.map((locked) => packageNameKey(locked.name))],
    ["base image", lock.baseImages.map((image) => image.reference)],
  ];
  for (const [what, keys] of lists) {
    const seen = new Set<string>();
    const twin = keys.find((key) => seen.size === seen.add(key).size);
    if (twin !== undefined) throw reader.invalid(`${what} \`${twin}\` stands twice`);
  }
}

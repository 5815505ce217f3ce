import { parse, TomlError } from "smol-toml";
import { type Digest, isDigest } from "../../core/digest.ts";
import { isPackageName, type PackageName, packageNameKey } from "../../core/package-name.ts";
import { isPlatform, type Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
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
import { parseFeatureTable, parsePatchSource, parseRequiresLine } from "./requires-line.ts";

const LOCK_VERSION = 1;

type Table = Readonly<Record<string, unknown>>;

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

function readGitSource(reader: LockReader, table: Table, text: string): LockedSource {
  const [, url, commit] = /^(.+)#([0-9a-f]{40})$/.exec(text) ?? [];
  if (!url || !commit) throw reader.invalid(`\`git+${text}\` does not end in a commit of 40 hex digits`);
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

/** Reads typed values out of the parsed TOML and says where a wrong one stands. */
class LockReader {
  readonly #text: string;
  readonly #file: string;
  #within: { readonly kind: string; readonly name: string } | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  root(): Table {
    try {
      return parse(this.#text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const place = { file: this.#file, line: error.line, column: error.column };
      throw new VoxError("LOCK_INVALID", firstLine(error.message), { place, ...mergeHint(this.#text) });
    }
  }

  /** Failures of `read` name this table. */
  within<T>(kind: string, name: string, read: () => T): T {
    this.#within = { kind, name };
    const value = read();
    this.#within = undefined;
    return value;
  }

  string(table: Table, key: string): string {
    const value = table[key];
    if (typeof value !== "string") throw this.invalid(`\`${key}\` is ${value === undefined ? "missing" : "not a string"}`);
    return value;
  }

  integer(table: Table, key: string): number {
    const value = table[key];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw this.invalid(`\`${key}\` is not a whole number`);
    return value;
  }

  strings(table: Table, key: string): readonly string[] {
    const value = table[key] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
      throw this.invalid(`\`${key}\` is not a list of strings`);
    return value;
  }

  names(table: Table, key: string): readonly PackageName[] {
    return this.strings(table, key).map((text) => this.#branded(text, isPackageName, "a package name"));
  }

  name(table: Table, key: string): PackageName {
    return this.#branded(this.string(table, key), isPackageName, "a package name");
  }

  digest(table: Table, key: string): Digest {
    return this.#branded(this.string(table, key), isDigest, `a digest in \`${key}\``);
  }

  platform(table: Table, key: string): Platform {
    return this.#branded(this.string(table, key), isPlatform, "a platform");
  }

  tables(table: Table, key: string): readonly Table[] {
    const value = table[key] ?? [];
    if (!Array.isArray(value) || !value.every(isTable)) throw this.invalid(`\`${key}\` is not a list of tables`);
    return value;
  }

  /** Turns a failure of `read` into one that names this file. */
  check(read: () => unknown): void {
    try {
      read();
    } catch (error) {
      throw error instanceof VoxError ? this.invalid(error.message) : error;
    }
  }

  invalid(what: string): VoxError {
    const table = this.#within;
    if (!table) return new VoxError("LOCK_INVALID", what, { place: { file: this.#file } });
    const line = lineOfTable(this.#text, table.kind, table.name);
    const place = line === undefined ? { file: this.#file } : { file: this.#file, line };
    return new VoxError("LOCK_INVALID", `${table.kind} \`${table.name}\`: ${what}`, { place });
  }

  #branded<B extends string>(text: string, is: (text: string) => text is B, what: string): B {
    if (is(text)) return text;
    throw this.invalid(`\`${text}\` is not ${what}`);
  }
}

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value);

/** The line, from 1, on which the table of that kind and name begins. */
function lineOfTable(text: string, kind: string, name: string): number | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line, index) => line === `[[${kind}]]` && lines[index + 1] === `name = "${name}"`);
  return at < 0 ? undefined : at + 1;
}

const firstLine = (text: string): string => (text.split("\n")[0] ?? text).replace(/^Invalid TOML document: /, "");

const mergeHint = (text: string): { hint?: string } =>
  /^(<{7}|={7}|>{7})/m.test(text) ? { hint: "the file holds merge-conflict markers: run `vox lock` to resolve them" } : {};

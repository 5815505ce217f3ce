import type { EventSink } from "../core/events.ts";
import type { PackageName } from "../core/package-name.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { releaseOfEntry } from "../pm/registry/index/index-entry.ts";
import { INDEX_REPOSITORY } from "../pm/registry/index/index-artifact.ts";
import type { IndexLine } from "../pm/registry/index/shards.ts";
import { RegistryIndex } from "../pm/registry/index/registry-index.ts";
import { PackageRegistry, type PackageRepository, type Release } from "../pm/registry/package-registry.ts";
import type { YankState } from "../pm/registry/yank.ts";

export interface IndexedRegistryOptions {
  /** As the project names it. */
  readonly name: string;
  readonly repositoryFor: (name: PackageName) => PackageRepository;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
}

/**
 * One registry, asked by its index where that has an answer and by tags where it has none (contracts, §5 "Scale").
 * `hinted` is the index's word, `proved` the registry's own.
 */
export class IndexedRegistry {
  readonly #options: IndexedRegistryOptions;
  readonly #registry: PackageRegistry;
  readonly #releases = new Map<string, Promise<Release | undefined>>();
  readonly #hints = new Map<IndexLine, Release | undefined>();
  readonly #lines = new Map<string, Promise<readonly IndexLine[]>>();
  #index: Promise<RegistryIndex | undefined> | undefined;
  #trusted = true;

  constructor(options: IndexedRegistryOptions) {
    this.#options = options;
    this.#registry = new PackageRegistry({ name: options.name, repositoryFor: options.repositoryFor });
  }

  /** Every version; by tags also when the index does not know of `locked`, and so is behind. */
  async versions(name: PackageName, locked: string | undefined) {
    const lines = await this.#linesOf(name);
    if (lines.length === 0 || (locked !== undefined && !lines.some(({ version }) => version === locked))) {
      this.#lines.set(name, Promise.resolve([]));
      return this.#registry.versions(name, this.#options);
    }
    return lines;
  }

  /** What is said of a version today; the reason of a yank is the registry's to tell. */
  async standing(
    name: PackageName,
    version: string,
    { withCreated }: { readonly withCreated: boolean },
  ): Promise<{ readonly yank: YankState; readonly created?: string | undefined }> {
    const line = (await this.#linesOf(name)).find((candidate) => candidate.version === version);
    const yank = line?.yanked === false ? { yanked: false } : await this.#registry.yankState(name, version, this.#options);
    return { yank, ...(withCreated && { created: await this.created(name, version) }) };
  }

  /** When a version was published, as far as anybody says: the index, else the version itself. */
  async created(name: PackageName, version: string): Promise<string | undefined> {
    const hinted = await this.hinted(name, version);
    return hinted ? hinted.created : this.#registry.created(name, version, this.#options);
  }

  /** What the index says of a version; `undefined` when it says nothing that can be used. */
  async hinted(name: PackageName, version: string): Promise<Release | undefined> {
    const line = (await this.#linesOf(name)).find((candidate) => candidate.version === version);
    if (!line) return undefined;
    if (!this.#hints.has(line)) {
      const entry = line.readEntry();
      this.#hints.set(line, entry && releaseOfEntry(entry, this.#options.name));
    }
    return this.#hints.get(line);
  }

  /** What the registry holds under a version's tag, read and proved; asked once. */
  proved(name: PackageName, version: string): Promise<Release | undefined> {
    const key = `${name}\n${version}`;
    const known = this.#releases.get(key);
    if (known) return known;
    const asked = this.#registry.release(name, version, this.#options);
    this.#releases.set(key, asked);
    return asked;
  }

  /** From here on only tags are asked; false when it was so already. */
  async distrustIndex(): Promise<boolean> {
    const wasUsed = this.#trusted && (await this.#index) !== undefined;
    this.#trusted = false;
    this.#lines.clear();
    return wasUsed;
  }

  #linesOf(name: PackageName): Promise<readonly IndexLine[]> {
    const known = this.#lines.get(name);
    if (known) return known;
    const read = this.#readLines(name);
    this.#lines.set(name, read);
    return read;
  }

  async #readLines(name: PackageName): Promise<readonly IndexLine[]> {
    if (!this.#trusted) return [];
    this.#index ??= this.#hint(() => RegistryIndex.open(this.#options.repositoryFor(INDEX_REPOSITORY), this.#options));
    const index = await this.#index;
    return (index && (await this.#hint(() => index.lines(name)))) ?? [];
  }

  /** A hint that cannot be had is none, whatever the reason: the tags are asked, and tell of a registry that is ill. */
  async #hint<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isVoxError(error)) throw error;
      if (this.#trusted && BROKEN.has(error.code)) this.#warn(error.message);
      return undefined;
    }
  }

  #warn(reason: string): void {
    this.#trusted = false;
    const { name, onEvent } = this.#options;
    const message = `the index of registry \`${name}\` cannot be used, so its tags are asked: ${reason}`;
    onEvent({ kind: "warning", code: "INDEX_BROKEN", message, hint: `run \`vox pm index --registry ${name}\`` });
  }
}

/** What says that the index is there and is broken; a registry that has none, or shows it to nobody, is no fault. */
const BROKEN: ReadonlySet<string> = new Set(["OCI_INVALID", "CONTENT_MISMATCH", "CONTENT_MISSING", "CONTENT_TOO_LARGE"]);

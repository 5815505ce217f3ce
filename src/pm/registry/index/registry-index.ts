import type { IndexEntry } from "../../../contracts/index-entry.ts";
import { collectBytes } from "../../../core/byte-stream.ts";
import type { PackageName } from "../../../core/package-name.ts";
import type { TransferOptions } from "../../../oci/content-store.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import type { PackageRepository } from "../package-registry.ts";
import { readDocument } from "../read-release.ts";
import { INDEX_TAG, MAX_SHARD_BYTES, parseIndexManifest, type ShardDescriptors } from "./index-artifact.ts";
import { type IndexLine, Shard, shardOf } from "./shards.ts";

/**
 * What a registry's index says, read a shard at a time as names are asked for (contracts, §5 "Scale").
 * All of it is a hint: whoever takes an entry from here has it proved.
 */
export class RegistryIndex {
  /** What the tag named. */
  readonly root: Descriptor;
  readonly shards: ShardDescriptors;
  readonly #repository: PackageRepository;
  readonly #options: TransferOptions;
  readonly #read = new Map<string, Promise<Shard>>();

  private constructor(root: Descriptor, shards: ShardDescriptors, repository: PackageRepository, options: TransferOptions) {
    this.root = root;
    this.shards = shards;
    this.#repository = repository;
    this.#options = options;
  }

  /**
   * The index of a registry; `undefined` when it has none.
   * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH, CONTENT_MISSING, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
   */
  static async open(repository: PackageRepository, options: TransferOptions = {}): Promise<RegistryIndex | undefined> {
    const root = await repository.resolve(INDEX_TAG, options);
    if (!root) return undefined;
    const shards = parseIndexManifest(await readDocument(repository, root, options), root);
    return new RegistryIndex(root, shards, repository, options);
  }

  /** What the index lists of a name, lowest version first; nothing when it lacks the name. */
  async lines(name: PackageName): Promise<readonly IndexLine[]> {
    return (await this.shard(shardOf(name))).lines(name);
  }

  /** What the index says of a name, lowest version first; nothing when it lacks the name. */
  async entries(name: PackageName): Promise<readonly IndexEntry[]> {
    return (await this.shard(shardOf(name))).entries(name);
  }

  /** One shard, read once. */
  shard(digit: string): Promise<Shard> {
    const known = this.#read.get(digit);
    if (known) return known;
    const read = this.#readShard(digit);
    this.#read.set(digit, read);
    return read;
  }

  async #readShard(digit: string): Promise<Shard> {
    const descriptor = this.shards.get(digit);
    if (!descriptor) return new Shard("");
    const limit = { maxBytes: MAX_SHARD_BYTES, what: `the shard \`${digit}\` of the index` };
    return new Shard(new TextDecoder().decode(await collectBytes(this.#repository.fetch(descriptor, this.#options), limit)));
  }
}

import { type ByteStream, collectBytes, streamOf } from "../../core/byte-stream.ts";
import { type Digest, digestOf, isDigest } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import { MAX_MANIFEST_BYTES } from "../../oci/parse-manifest.ts";
import { MAX_SHARD_BYTES } from "./index/index-artifact.ts";
import type { PackageRepository } from "./package-registry.ts";

/** Remembers small documents by digest, and what registries last said by a key. */
export interface MetadataCache {
  document(digest: Digest): Promise<Uint8Array | undefined>;
  keepDocument(digest: Digest, bytes: Uint8Array): Promise<void>;
  fact(key: string): Promise<string | undefined>;
  keepFact(key: string, text: string): Promise<void>;
}

/** Which repository the facts are about: its address, the same in every project. */
export type RepositoryKey = string;

const tagsKey = (repository: RepositoryKey): string => `tags ${repository}`;
const tagKey = (repository: RepositoryKey, tag: string): string => `tag ${tag} ${repository}`;
const ABSENT = "null";

/** A repository that asks for each document once, and notes down what its tags said for a later `--offline`. */
export function cachedRepository(repository: PackageRepository, key: RepositoryKey, cache: MetadataCache): PackageRepository {
  return {
    exists: (descriptor, options) => repository.exists(descriptor, options),
    async *fetch(descriptor, options): ByteStream {
      yield* streamOf(
        (await knownDocument(cache, descriptor)) ?? (await learnDocument(repository, descriptor, cache, options)),
      );
    },
    async resolve(tag, options) {
      const descriptor = await repository.resolve(tag, options);
      const text = descriptor ? JSON.stringify(plainDescriptor(descriptor)) : ABSENT;
      await cache.keepFact(tagKey(key, tag), text);
      return descriptor;
    },
    async tags(options) {
      const tags = await repository.tags(options);
      await cache.keepFact(tagsKey(key), JSON.stringify(tags));
      return tags;
    },
  };
}

/** A repository that answers from the cache alone; what the cache cannot prove is OFFLINE_UNPROVABLE. */
export function offlineRepository(key: RepositoryKey, cache: MetadataCache): PackageRepository {
  return {
    async exists(descriptor) {
      return (await knownDocument(cache, descriptor)) !== undefined;
    },
    async *fetch(descriptor): ByteStream {
      const bytes = await knownDocument(cache, descriptor);
      if (!bytes) throw unprovable(`\`${descriptor.digest}\` of \`${key}\``);
      yield* streamOf(bytes);
    },
    async resolve(tag) {
      const text = await cache.fact(tagKey(key, tag));
      if (text === undefined) throw unprovable(`the tag \`${tag}\` of \`${key}\``);
      return text === ABSENT ? undefined : descriptorFrom(text);
    },
    async tags() {
      const text = await cache.fact(tagsKey(key));
      if (text === undefined) throw unprovable(`the tags of \`${key}\``);
      return tagsFrom(text);
    },
  };
}

/** A cached document is proved on every reading, so that a spoilt cache costs a request and no more. */
async function knownDocument(cache: MetadataCache, descriptor: Descriptor): Promise<Uint8Array | undefined> {
  const bytes = await cache.document(descriptor.digest);
  return bytes && bytes.byteLength === descriptor.size && digestOf(bytes) === descriptor.digest ? bytes : undefined;
}

async function learnDocument(
  repository: PackageRepository,
  descriptor: Descriptor,
  cache: MetadataCache,
  options?: TransferOptions,
): Promise<Uint8Array> {
  const maxBytes = descriptor.mediaType === MEDIA_TYPE.voxIndexShard ? MAX_SHARD_BYTES : MAX_MANIFEST_BYTES;
  const limit = { maxBytes, what: `\`${descriptor.digest}\`` };
  const bytes = await collectBytes(repository.fetch(descriptor, options), limit);
  await cache.keepDocument(descriptor.digest, bytes);
  return bytes;
}

const plainDescriptor = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });

function descriptorFrom(text: string): Descriptor {
  const value = jsonOf(text);
  if (typeof value === "object" && value !== null && "mediaType" in value && "digest" in value && "size" in value) {
    const { mediaType, digest, size } = value;
    if (typeof mediaType === "string" && typeof digest === "string" && isDigest(digest) && typeof size === "number") {
      return { mediaType, digest, size };
    }
  }
  throw unprovable("what the cache remembers");
}

function tagsFrom(text: string): readonly string[] {
  const value = jsonOf(text);
  if (Array.isArray(value) && value.every((tag): tag is string => typeof tag === "string")) return value;
  throw unprovable("what the cache remembers");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A spoilt note proves nothing, as if it were not there.
    return undefined;
  }
}

const unprovable = (what: string): VoxError => new VoxError("OFFLINE_UNPROVABLE", `${what} cannot be proved from the cache`);

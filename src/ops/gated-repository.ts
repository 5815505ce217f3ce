import { collectBytes, streamOf } from "../core/byte-stream.ts";
import type { Gate } from "../core/gate.ts";
import { MAX_SHARD_BYTES } from "../pm/registry/index/index-artifact.ts";
import type { PackageRepository } from "../pm/registry/package-registry.ts";

/** A repository whose questions wait at a gate, so that looking ahead never floods a registry; what waits ends with its signal. */
export function gatedRepository(repository: PackageRepository, gate: Gate): PackageRepository {
  const asked = <T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> =>
    gate.run(async () => {
      signal?.throwIfAborted();
      return ask();
    });
  return {
    exists: (descriptor, options) => asked(options?.signal, () => repository.exists(descriptor, options)),
    resolve: (tag, options) => asked(options?.signal, () => repository.resolve(tag, options)),
    tags: (options) => asked(options?.signal, () => repository.tags(options)),
    async *fetch(descriptor, options) {
      const limit = { maxBytes: MAX_SHARD_BYTES, what: `\`${descriptor.digest}\`` };
      yield* streamOf(await asked(options?.signal, () => collectBytes(repository.fetch(descriptor, options), limit)));
    },
  };
}

import type { LowerRecords } from "../container/build/lower-records.ts";
import type { MadeLayer } from "../container/build/layer-cache.ts";
import { parseJson } from "../core/json-cursor.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { FactCache } from "./ports.ts";

/** Lower parts that an engine built, among the small facts of the cache; a loss costs a build. */
export const lowerRecords = (facts: FactCache): LowerRecords => ({
  async read(key) {
    const text = await facts.fact(nameOf(key));
    return text === undefined ? undefined : parseLayers(text);
  },
  async write(key, layers) {
    await facts.keepFact(nameOf(key), JSON.stringify(layers)).catch(() => undefined);
  },
});

const nameOf = (key: string): string => `lower part ${key}`;

function parseLayers(text: string): readonly MadeLayer[] | undefined {
  try {
    return parseJson(Buffer.from(text), { code: "CACHE_CORRUPT", what: "a lower part's record" }).list((layer) => ({
      descriptor: {
        mediaType: layer.at("descriptor").at("mediaType").string(),
        digest: layer.at("descriptor").at("digest").digest(),
        size: layer.at("descriptor").at("size").count(),
      },
      diffId: layer.at("diffId").digest(),
    }));
  } catch (error) {
    if (isVoxError(error, "CACHE_CORRUPT")) return undefined;
    throw error;
  }
}

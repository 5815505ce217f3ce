import type { BuiltLower, LowerRecords } from "../container/build/lower-records.ts";
import { parseJson } from "../core/json-cursor.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { parseImageConfig } from "../oci/parse-config.ts";
import type { FactCache } from "./ports.ts";

/** Lower parts that an engine built, among the small facts of the cache; a loss costs a build. */
export const lowerRecords = (facts: FactCache): LowerRecords => ({
  async read(key) {
    const text = await facts.fact(nameOf(key));
    return text === undefined ? undefined : parseBuilt(text);
  },
  async write(key, { layers, config }) {
    const text = JSON.stringify({ layers, config: JSON.stringify(config) });
    await facts.keepFact(nameOf(key), text).catch(() => undefined);
  },
});

const nameOf = (key: string): string => `lower part ${key}`;
const WHAT = "a lower part's record";

function parseBuilt(text: string): BuiltLower | undefined {
  try {
    const json = parseJson(Buffer.from(text), { code: "CACHE_CORRUPT", what: WHAT });
    const layers = json.at("layers").list((layer) => ({
      descriptor: {
        mediaType: layer.at("descriptor").at("mediaType").string(),
        digest: layer.at("descriptor").at("digest").digest(),
        size: layer.at("descriptor").at("size").count(),
      },
      diffId: layer.at("diffId").digest(),
    }));
    return { layers, config: parseImageConfig(Buffer.from(json.at("config").string()), WHAT) };
  } catch (error) {
    if (isVoxError(error, "CACHE_CORRUPT") || isVoxError(error, "OCI_INVALID")) return undefined;
    throw error;
  }
}

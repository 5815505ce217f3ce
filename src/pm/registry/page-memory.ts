import type { ListPage, PageMemory } from "../../oci/paged-list.ts";
import type { MetadataCache } from "./cached-repository.ts";

/** Remembers the pages of tag lists among the facts, by their address. */
export const pageMemory = (cache: Pick<MetadataCache, "fact" | "keepFact">): PageMemory => ({
  async recall(address) {
    const text = await cache.fact(`page ${address}`);
    return text === undefined ? undefined : pageOf(text);
  },
  remember: (address, page) => cache.keepFact(`page ${address}`, JSON.stringify(page)),
});

/** A spoilt note is no note: the page is asked for anew. */
function pageOf(text: string): ListPage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("etag" in value) || !("entries" in value)) return undefined;
    const { etag, entries } = value;
    const next = "next" in value ? value.next : undefined;
    if (typeof etag !== "string" || !isTexts(entries) || (next !== undefined && typeof next !== "string")) return undefined;
    return { etag, entries, ...(next !== undefined && { next }) };
  } catch {
    return undefined;
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ListPage, PageMemory } from "../../../src/oci/paged-list.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { pageMemory } from "../../../src/pm/registry/page-memory.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { clientOf } from "../../support/remote-subject.ts";

describe("a tag list that was read before", () => {
  let registry: LoopbackRegistry;
  let tags: readonly string[];
  let pages: Map<string, ListPage>;

  beforeEach(async () => {
    tags = ["1.0.0"];
    pages = new Map();
    registry = await startLoopbackRegistry({
      fault: ({ headers }) => {
        const etag = `"${tags.join(" ")}"`;
        return headers["if-none-match"] === etag
          ? { kind: "status", status: 304, headers: { etag } }
          : { kind: "status", status: 200, headers: { etag }, body: JSON.stringify({ name: "a", tags }) };
      },
    });
  });
  afterEach(() => registry.close());

  const memory: PageMemory = {
    recall: async (address) => pages.get(address),
    remember: async (address, page) => void pages.set(address, page),
  };
  const read = () => new RemoteStore(clientOf(registry.host), "a", { pages: memory }).tags();

  it("is asked for by its entity tag, and not sent again while it is the same", async () => {
    expect(await read()).toEqual(["1.0.0"]);
    expect(await read()).toEqual(["1.0.0"]);
    expect(registry.requests.map(({ status }) => status)).toEqual([200, 304]);
  });

  it("is taken anew when it has changed", async () => {
    await read();
    tags = ["1.0.0", "1.1.0"];
    expect(await read()).toEqual(["1.0.0", "1.1.0"]);
    expect(registry.requests.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe("the memory of pages", () => {
  const facts = new Map<string, string>();
  const memory = pageMemory({
    fact: async (key) => facts.get(key),
    keepFact: async (key, text) => void facts.set(key, text),
  });

  it("gives back what it was given", async () => {
    const page = { etag: '"x"', entries: ["1.0.0"], next: "/v2/a/tags/list?last=1.0.0" };
    await memory.remember("http://a/", page);
    expect(await memory.recall("http://a/")).toEqual(page);
    expect(await memory.recall("http://b/")).toBeUndefined();
  });

  it.each(["", "[]", "null", '{"etag":1,"entries":[]}', '{"etag":"x","entries":[1]}', '{"etag":"x","entries":[],"next":1}'])(
    "takes a spoilt note for none: %s",
    async (text) => {
      facts.set("page http://a/", text);
      expect(await memory.recall("http://a/")).toBeUndefined();
    },
  );
});

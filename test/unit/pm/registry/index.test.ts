import { describe, expect, it } from "vitest";
import type { IndexEntry } from "../../../../src/contracts/index-entry.ts";
import { collectBytes } from "../../../../src/core/byte-stream.ts";
import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { parsePlatform } from "../../../../src/core/platform.ts";
import type { Repository } from "../../../../src/oci/content-store.ts";
import { MemoryStore } from "../../../../src/oci/memory-store.ts";
import { parseImageManifest } from "../../../../src/oci/parse-manifest.ts";
import { INDEX_TAG } from "../../../../src/pm/registry/index/index-artifact.ts";
import { indexEntryOf, releaseOfEntry } from "../../../../src/pm/registry/index/index-entry.ts";
import { RegistryIndex } from "../../../../src/pm/registry/index/registry-index.ts";
import { formatShard, Shard, SHARD_DIGITS, shardOf } from "../../../../src/pm/registry/index/shards.ts";
import { replaceIndex, updateIndex } from "../../../../src/pm/registry/index/update-index.ts";
import { PackageRegistry } from "../../../../src/pm/registry/package-registry.ts";
import { publishPackage } from "../../../../src/pm/registry/publish.ts";
import { testMetadata, cacheOf, testPackage } from "../../../support/published-package.ts";

const LINUX = parsePlatform("linux/amd64");

function entry(name: string, version = "1.0.0", changes: Partial<IndexEntry> = {}): IndexEntry {
  const digest = digestOf(`${name} ${version}`);
  return {
    ...testMetadata(parsePackageName(name), version, ["tokenizer"]),
    yanked: false,
    manifest: { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 700 },
    archives: [{ manifest: digest, digest, diffId: digest, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", size: 9 }],
    ...changes,
  };
}

const versionsIn = async (repository: Repository, name: string) =>
  (await (await RegistryIndex.open(repository))?.entries(parsePackageName(name)))?.map(({ version }) => version) ?? [];

const record = (repository: Repository, name: string, ...entries: IndexEntry[]) =>
  updateIndex(repository, [parsePackageName(name)], async () => entries);

describe("a shard of an index", () => {
  it.each([
    ["a", "c"],
    ["b", "3"],
  ])("of `%s` is the first hex digit of its sha256: %s", (name, digit) => {
    expect(shardOf(parsePackageName(name))).toBe(digit);
  });

  it("is canonical JSON lines by name and version, whatever order they came in", () => {
    const entries = [entry("b"), entry("a", "1.10.0"), entry("a", "1.9.0")];
    const text = formatShard(entries);
    expect(formatShard(entries.toReversed())).toBe(text);
    expect(text.split("\n").map((line) => line && JSON.parse(line).name + JSON.parse(line).version)).toEqual([
      "a1.9.0",
      "a1.10.0",
      "b1.0.0",
      "",
    ]);
  });

  it("is one empty line when it holds nothing, since some registries take no empty blob", () => {
    expect(formatShard([])).toBe("\n");
    expect(new Shard("\n").names).toEqual([]);
  });

  it("passes over lines that are not JSON, have no name or are no entry", () => {
    const shard = new Shard(`no json\n{"version":"1.0.0"}\n{"name":"a","version":"1.0.0"}\n${formatShard([entry("b")])}`);
    expect(shard.entries("a")).toEqual([]);
    expect(shard.entries("b")).toEqual([entry("b")]);
    expect(shard.entries("toString")).toEqual([]);
  });

  it("lists a version before it looks at what is said of it", () => {
    const shard = new Shard(`{"name":"a","version":"1.0.0","yanked":true}\n${formatShard([entry("b")])}`);
    expect(shard.lines("a").map((line) => [line.version, line.yanked, line.readEntry()])).toEqual([["1.0.0", true, undefined]]);
    expect(shard.lines("b").map((line) => line.readEntry())).toEqual([entry("b")]);
  });
});

describe("an entry of an index", () => {
  it("is the release that the registry holds, with its yank mark", async () => {
    const store = new MemoryStore();
    const made = await testPackage("router", { dependencies: ["tokenizer"], facts: { created: "2026-01-02T03:04:05Z" } });
    await publishPackage(store, made.artifact, cacheOf(made));
    const release = await new PackageRegistry({ name: "corp", repositoryFor: () => store }).release(
      parsePackageName("router"),
      "1.0.0",
    );
    if (!release) throw new Error("it is not there");
    const told = indexEntryOf(release, true);
    expect(told.yanked).toBe(true);
    const { facts: _onlyOfTheRegistry, ...hinted } = release;
    expect(releaseOfEntry(told, "corp")).toEqual(hinted);
    expect(new Shard(formatShard([told])).entries("router")).toEqual([told]);
  });

  it("is no release when its archives are not those of its platforms", () => {
    const [archive] = entry("a").archives;
    if (!archive) throw new Error("an entry has an archive");
    expect(releaseOfEntry(entry("a", "1.0.0", { archives: [archive, archive] }), "corp")).toBeUndefined();
    const platforms = [LINUX];
    expect(releaseOfEntry(entry("a", "1.0.0", { platforms }), "corp")).toBeUndefined();
    const withPlatform = entry("a", "1.0.0", { platforms, archives: [{ ...archive, platform: LINUX }] });
    expect(releaseOfEntry(withPlatform, "corp")?.archives.kind).toBe("by-platform");
  });
});

describe("the index of a registry", () => {
  it("is an image manifest of sixteen layers, one a digit, in order", async () => {
    const store = new MemoryStore();
    const root = await replaceIndex(store, [entry("a"), entry("b")]);
    const bytes = await collectBytes(store.fetch(root), { maxBytes: 1e6, what: "it" });
    const manifest = parseImageManifest(bytes, { what: "it" });
    expect(manifest.artifactType).toBe("application/vnd.vox.index.v1");
    expect(manifest.layers.map((layer) => layer.annotations?.["dev.vox.index.shard"])).toEqual(SHARD_DIGITS);
    expect((await store.resolve("v1"))?.digest).toBe(root.digest);
  });

  it("is absent where the tag is", async () => {
    expect(await RegistryIndex.open(new MemoryStore())).toBeUndefined();
  });

  it("is refused when the tag names something else, or a shard is missing", async () => {
    const store = new MemoryStore();
    const made = await testPackage("router");
    await publishPackage(store, made.artifact, cacheOf(made));
    await store.tag(made.artifact.root.descriptor, INDEX_TAG);
    await expect(RegistryIndex.open(store)).rejects.toMatchObject({ code: "OCI_INVALID" });
  });

  it("keeps what it says of others when a name is recorded", async () => {
    const store = new MemoryStore();
    const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
    for (const name of names) await record(store, name, entry(name));
    await record(store, "p7", entry("p7"), entry("p7", "1.1.0"));
    for (const name of names) expect(await versionsIn(store, name)).toEqual(name === "p7" ? ["1.0.0", "1.1.0"] : ["1.0.0"]);
  });

  it("loses nothing when another publisher comes between reading and writing", async () => {
    const store = new MemoryStore();
    await record(store, "first", entry("first"));
    let intrusions = 2;
    const raced = intruding(store, async () => {
      intrusions -= 1;
      if (intrusions >= 0) await record(store, `other${intrusions}`, entry(`other${intrusions}`));
    });
    await record(raced, "mine", entry("mine"));
    for (const name of ["first", "mine", "other0", "other1"]) expect(await versionsIn(store, name)).toEqual(["1.0.0"]);
  });

  it("is given up when others never cease to come between", async () => {
    const store = new MemoryStore();
    let count = 0;
    const raced = intruding(store, () => record(store, `other${count}`, entry(`other${count++}`)));
    await expect(record(raced, "mine", entry("mine"))).rejects.toMatchObject({ code: "PUBLISH_RACE" });
  });

  it("is written anew where the old one cannot be read", async () => {
    const store = new MemoryStore();
    const wrong = store.add(new TextEncoder().encode("{}"), "application/vnd.oci.image.manifest.v1+json");
    await store.tag(wrong, INDEX_TAG);
    await record(store, "mine", entry("mine"));
    expect(await versionsIn(store, "mine")).toEqual(["1.0.0"]);
  });
});

/** A repository in which something happens each time that a shard is about to be pushed. */
function intruding(store: MemoryStore, intrude: () => Promise<void>): Repository {
  return {
    async exists(descriptor) {
      if (descriptor.mediaType.endsWith("jsonl")) await intrude();
      return store.exists(descriptor);
    },
    fetch: (descriptor) => store.fetch(descriptor),
    resolve: (tag) => store.resolve(tag),
    tags: () => store.tags(),
    tag: (descriptor, tag) => store.tag(descriptor, tag),
    push: (descriptor, content) => store.push(descriptor, content),
    referrers: (subject) => store.referrers(subject),
    attach: (referrers) => store.attach(referrers),
  };
}

import { describe, expect, it } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
import type { TransferOptions } from "../../../src/oci/content-store.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { attachByTag, referrersByTag, type TaggedReferrers } from "../../../src/oci/referrers-by-tag.ts";
import { isReferrerTagOf, referrerOf, referrersIndex, referrersTag, referrerTag } from "../../../src/oci/referrers.ts";
import { type ImageFixture, imageOf, indexOf, piece, piecesOf, pushAll, referrerTo } from "../../support/oci-graph.ts";

const NOTE = "application/vnd.example.note.v1";
const image = imageOf("a", ["layer"]);
const subject = image.manifest.descriptor;

describe("a referrer", () => {
  it("is listed with the manifest's own type, else the config's, and its annotations", () => {
    const annotations = { a: "b" };
    const typed = referrerTo(subject, "x", { artifactType: NOTE, annotations }).manifest;
    const untyped = referrerTo(subject, "x").manifest;
    expect(referrerOf(typed.descriptor, typed.bytes)).toEqual({
      subject: subject.digest,
      entry: { ...typed.descriptor, artifactType: NOTE, annotations },
    });
    expect(referrerOf(untyped.descriptor, untyped.bytes)?.entry.artifactType).toBe("application/vnd.example.config");
    expect(referrerOf(image.manifest.descriptor, image.manifest.bytes)).toBeUndefined();
  });

  it("has a tag of its own, which is told from other tags", () => {
    const { digest } = referrerTo(subject, "x").manifest.descriptor;
    const tag = referrerTag(subject.digest, digest);
    expect(tag).toBe(`sha256-${subject.digest.slice(7)}.${digest.slice(7, 19)}`);
    expect(isReferrerTagOf(subject.digest, tag)).toBe(true);
    for (const other of [
      referrersTag(subject.digest),
      `${referrersTag(subject.digest)}.sig`,
      "1.0.0",
      tag.replace("sha256-", "sha256-0"),
    ])
      expect(isReferrerTagOf(subject.digest, other)).toBe(false);
  });

  it("list has the same bytes whatever order it was made in", () => {
    const entries = ["x", "y", "z"].map((content) => referrerTo(subject, content).manifest.descriptor);
    expect(referrersIndex(entries).descriptor).toEqual(referrersIndex([...entries.toReversed(), ...entries]).descriptor);
  });
});

/** A registry without the API in memory, in which something may happen before the list is written, and before tags are listed. */
class Registry implements TaggedReferrers {
  readonly store = new MemoryStore();
  beforeWrite: () => Promise<void> = async () => {};
  writes = 0;

  constructor() {
    this.store.add(image.manifest.bytes, subject.mediaType);
  }

  exists = (descriptor: Descriptor) => this.store.exists(descriptor);
  fetch = (descriptor: Descriptor) => this.store.fetch(descriptor);
  resolve = (tag: string) => this.store.resolve(tag);
  tags = () => this.store.tags();

  async putTagged(descriptor: Descriptor, bytes: Uint8Array, tag: string, _options: TransferOptions): Promise<void> {
    if (tag === referrersTag(subject.digest)) {
      this.writes += 1;
      await this.beforeWrite();
    }
    await this.store.push(descriptor, streamOf(bytes));
    await this.store.tag(descriptor, tag);
  }

  async attach({ manifest }: ImageFixture): Promise<void> {
    this.store.add(manifest.bytes, manifest.descriptor.mediaType);
    const referrer = referrerOf(manifest.descriptor, manifest.bytes);
    await attachByTag(this, referrer ? [{ subject: subject.digest, entries: [referrer.entry] }] : []);
  }

  listed = async () => (await referrersByTag(this, subject.digest)).map(({ digest }) => digest);
}

const note = (content: string): ImageFixture => referrerTo(subject, content, { artifactType: NOTE });
const digestsOf = (...notes: readonly ImageFixture[]) => notes.map(({ manifest }) => manifest.descriptor.digest).toSorted();

describe("referrers in a registry without the API", () => {
  it("stand in an index at the fallback tag, which is written once for each", async () => {
    const registry = new Registry();
    await registry.attach(note("x"));
    await registry.attach(note("x"));
    expect(registry.writes).toBe(1);
    const index = await registry.resolve(referrersTag(subject.digest));
    expect(index?.mediaType).toBe("application/vnd.oci.image.index.v1+json");
    expect(await registry.listed()).toEqual(digestsOf(note("x")));
  });

  it("that another writer lists in between are not undone", async () => {
    const registry = new Registry();
    registry.beforeWrite = async () => {
      registry.beforeWrite = async () => {};
      await registry.attach(note("other"));
    };
    await registry.attach(note("mine"));
    expect(await registry.listed()).toEqual(digestsOf(note("mine"), note("other")));
  });

  it("that a slower writer undid come back with the next one that looks", async () => {
    const registry = new Registry();
    await registry.attach(note("x"));
    await registry.store.tag(
      registry.store.add(referrersIndex([]).bytes, referrersIndex([]).descriptor.mediaType),
      referrersTag(subject.digest),
    );
    await registry.attach(note("y"));
    expect(await registry.listed()).toEqual(digestsOf(note("x"), note("y")));
  });

  it("of other programs stay, whatever they are", async () => {
    const registry = new Registry();
    const foreign = referrersIndex([{ ...note("foreign").manifest.descriptor, artifactType: "application/x" }]);
    await registry.store.tag(registry.store.add(foreign.bytes, foreign.descriptor.mediaType), referrersTag(subject.digest));
    await registry.attach(note("mine"));
    expect(await registry.listed()).toEqual(digestsOf(note("foreign"), note("mine")));
  });

  it("are given up when others never cease to write", async () => {
    const registry = new Registry();
    let count = 0;
    registry.beforeWrite = async () => {
      const { manifest } = note(`other${(count += 1)}`);
      registry.store.add(manifest.bytes, manifest.descriptor.mediaType);
      await registry.store.tag(manifest.descriptor, referrerTag(subject.digest, manifest.descriptor.digest));
    };
    await expect(registry.attach(note("mine"))).rejects.toMatchObject({ code: "PUBLISH_RACE" });
  });

  it("are not looked for in what is no index, and tags of other content are passed over", async () => {
    const registry = new Registry();
    const stray = piece(image.manifest.bytes, subject.mediaType).descriptor;
    await registry.store.tag(stray, `${referrersTag(subject.digest)}.0123456789ab`);
    await registry.attach(note("mine"));
    expect(await registry.listed()).toEqual(digestsOf(note("mine")));
    await registry.store.tag(stray, referrersTag(subject.digest));
    await expect(registry.listed()).rejects.toMatchObject({ code: "OCI_INVALID" });
    await expect(registry.attach(note("other"))).rejects.toMatchObject({ code: "OCI_INVALID" });
  });
});

it("an index may be a referrer, and a referrer of an index", async () => {
  const store = new MemoryStore();
  const index = indexOf([image.manifest]);
  const attached = referrerTo(index.descriptor, "x", { artifactType: NOTE });
  await pushAll(store, [...piecesOf(image), index, ...piecesOf(attached)]);
  await store.attach([attached.manifest.descriptor]);
  expect(await store.referrers(index.descriptor.digest)).toHaveLength(1);
  store.remove(attached.manifest.descriptor.digest);
  expect(await store.referrers(index.descriptor.digest)).toEqual([]);
});

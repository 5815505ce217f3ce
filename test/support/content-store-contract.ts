import { describe, expect, it } from "vitest";
import { collectBytes, streamOf } from "../../src/core/byte-stream.ts";
import { digestOf } from "../../src/core/digest.ts";
import type { Repository } from "../../src/oci/content-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { imageOf, indexOf, piece, piecesOf, pushAll } from "./oci-graph.ts";

const LIMIT = { maxBytes: 64 * 1024 * 1024, what: "content" };

export interface ContractSubject {
  /** A repository that holds nothing yet. */
  open(): Promise<Repository>;
}

const read = (store: Repository, descriptor: Descriptor): Promise<Uint8Array> => collectBytes(store.fetch(descriptor), LIMIT);

/** What every `Repository` promises, whatever it keeps its content in. */
export function describeRepositoryContract(name: string, subject: ContractSubject): void {
  describe(`${name} as a repository`, () => {
    describeContent(subject);
    describeRefusals(subject);
    describeInterruptions(subject);
    describeTags(subject);
    describeTagging(subject);
  });
}

function describeContent(subject: ContractSubject): void {
  it.each([
    ["nothing", new Uint8Array()],
    ["one byte", Buffer.from("x")],
    ["more than one read", Buffer.alloc(3 * 1024 * 1024, "vox")],
  ])("gives back %s as it was pushed", async (_, bytes) => {
    const store = await subject.open();
    const { descriptor } = piece(bytes);
    expect(await store.exists(descriptor)).toBe(false);
    await store.push(descriptor, streamOf(bytes.subarray(0, 1), bytes.subarray(1)));
    expect(await store.exists(descriptor)).toBe(true);
    expect(Buffer.compare(await read(store, descriptor), bytes)).toBe(0);
  });

  it("takes the same content twice, also at one time", async () => {
    const store = await subject.open();
    const { descriptor, bytes } = piece(Buffer.alloc(300_000, "twice"));
    await Promise.all(Array.from({ length: 4 }, () => store.push(descriptor, streamOf(bytes))));
    await store.push(descriptor, streamOf(bytes));
    expect(await read(store, descriptor)).toHaveLength(300_000);
  });

  it("holds manifests and indexes beside blobs", async () => {
    const store = await subject.open();
    const image = imageOf("a", ["layer"]);
    const index = indexOf([image.manifest]);
    await pushAll(store, [...piecesOf(image), index]);
    expect(Buffer.from(await read(store, index.descriptor))).toEqual(Buffer.from(index.bytes));
    expect(await store.exists(image.manifest.descriptor)).toBe(true);
  });
}

function describeRefusals(subject: ContractSubject): void {
  const right = Buffer.alloc(2 * 1024 * 1024, "right");
  it.each([
    ["is other content of the same size", Buffer.alloc(right.byteLength, "wrong")],
    ["is too short", right.subarray(1)],
    ["is too long", Buffer.concat([right, Buffer.from("!")])],
  ])("refuses a blob that %s, and keeps nothing of it", async (_, wrong) => {
    const store = await subject.open();
    const { descriptor } = piece(right);
    await expect(store.push(descriptor, streamOf(wrong))).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(await store.exists(descriptor)).toBe(false);
    await store.push(descriptor, streamOf(right));
    expect(await store.exists(descriptor)).toBe(true);
  });

  it("says of content that it lacks that it is missing", async () => {
    const store = await subject.open();
    for (const { descriptor } of [piece("blob"), imageOf("a", []).manifest]) {
      await expect(read(store, descriptor)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
    }
  });
}

function describeInterruptions(subject: ContractSubject): void {
  it("passes on the failure of a stream that breaks off, and keeps nothing of it", async () => {
    const store = await subject.open();
    const right = Buffer.alloc(2 * 1024 * 1024, "right");
    const { descriptor } = piece(right);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield right.subarray(0, 1_500_000);
      throw new Error("the disk is gone");
    }
    await expect(store.push(descriptor, broken())).rejects.toThrow("the disk is gone");
    expect(await store.exists(descriptor)).toBe(false);
  });

  it("stops when it is told to", async () => {
    const store = await subject.open();
    const { descriptor, bytes } = piece("late");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(store.push(descriptor, streamOf(bytes), { signal })).rejects.toThrow("enough");
    expect(await store.exists(descriptor)).toBe(false);
  });
}

function describeTags(subject: ContractSubject): void {
  it("knows no tags before there are any", async () => {
    const store = await subject.open();
    expect(await store.tags()).toEqual([]);
    expect(await store.resolve("1.0.0")).toBeUndefined();
    expect(await store.resolve(digestOf("nothing"))).toBeUndefined();
  });

  it("resolves a tag and a digest to the same descriptor, and lists tags sorted", async () => {
    const store = await subject.open();
    const image = imageOf("a", ["layer"]);
    await pushAll(store, piecesOf(image));
    for (const tag of ["b", "1.10.0", "1.2.0", "B"]) await store.tag(image.manifest.descriptor, tag);
    expect(await store.tags()).toEqual(["1.10.0", "1.2.0", "B", "b"]);
    expect(await store.resolve("1.2.0")).toEqual(image.manifest.descriptor);
    expect(await store.resolve(image.manifest.descriptor.digest)).toEqual(image.manifest.descriptor);
  });

  it("moves a tag", async () => {
    const store = await subject.open();
    const [first, second] = [imageOf("a", ["one"]), imageOf("b", ["two"])];
    await pushAll(store, [...piecesOf(first), ...piecesOf(second)]);
    await store.tag(first.manifest.descriptor, "latest");
    await store.tag(second.manifest.descriptor, "latest");
    expect(await store.resolve("latest")).toEqual(second.manifest.descriptor);
    expect(await store.tags()).toEqual(["latest"]);
  });
}

function describeTagging(subject: ContractSubject): void {
  it("keeps every tag that is set at one time", async () => {
    const store = await subject.open();
    const image = imageOf("a", ["layer"]);
    await pushAll(store, piecesOf(image));
    const tags = Array.from({ length: 8 }, (_, index) => `v${index}`);
    await Promise.all(tags.map((tag) => store.tag(image.manifest.descriptor, tag)));
    expect(await store.tags()).toEqual(tags);
  });

  it("refuses to tag what it lacks, and tags that are none", async () => {
    const store = await subject.open();
    const image = imageOf("a", ["layer"]);
    await expect(store.tag(image.manifest.descriptor, "v1")).rejects.toMatchObject({ code: "CONTENT_MISSING" });
    await pushAll(store, piecesOf(image));
    await expect(store.tag(image.manifest.descriptor, "no/tag")).rejects.toMatchObject({ code: "REFERENCE_INVALID" });
    expect(await store.tags()).toEqual([]);
  });
}

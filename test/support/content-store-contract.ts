import { describe, expect, it } from "vitest";
import { collectBytes, streamOf } from "../../src/core/byte-stream.ts";
import { digestOf } from "../../src/core/digest.ts";
import type { ManifestRemover, Repository } from "../../src/oci/content-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { type ImageFixture, imageOf, indexOf, piece, piecesOf, pushAll, referrerTo } from "./oci-graph.ts";

const LIMIT = { maxBytes: 64 * 1024 * 1024, what: "content" };

export interface ContractSubject {
  /** A repository that holds nothing yet. */
  open(): Promise<Repository & ManifestRemover>;
  /** Whether content cannot be taken out of it. */
  keepsAll?: boolean;
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
    describeReferrers(subject);
    describeRemoval(subject);
  });
}

function describeRemoval(subject: ContractSubject): void {
  it("takes a manifest out with its tags and nothing else, or says that it may not", async () => {
    const store = await subject.open();
    const [gone, stays] = [imageOf("gone", ["layer"]), imageOf("stays", ["layer"])];
    await pushAll(store, [...piecesOf(gone), ...piecesOf(stays)]);
    for (const tag of ["a", "b"]) await store.tag(gone.manifest.descriptor, tag);
    await store.tag(stays.manifest.descriptor, "c");
    expect(await store.removeManifest(gone.manifest.descriptor.digest)).toBe(!subject.keepsAll);
    expect(await store.tags()).toEqual(subject.keepsAll ? ["a", "b", "c"] : ["c"]);
    expect((await store.resolve("c"))?.digest).toBe(stays.manifest.descriptor.digest);
    if (subject.keepsAll) return;
    expect(await store.resolve(gone.manifest.descriptor.digest)).toBeUndefined();
    expect(await store.removeManifest(gone.manifest.descriptor.digest)).toBe(true);
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
    expect(await store.resolve("1.2.0", { toRead: true })).toEqual(image.manifest.descriptor);
    expect(await store.resolve("3.0.0", { toRead: true })).toBeUndefined();
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

  it("sets a tag that should be new once, and again for the same content", async () => {
    const store = await subject.open();
    const [first, second] = [imageOf("a", ["layer"]), imageOf("b", ["layer"])];
    await pushAll(store, [...piecesOf(first), ...piecesOf(second)]);
    const onlyNew = true;
    await store.tag(first.manifest.descriptor, "1.0.0", { onlyNew });
    await store.tag(first.manifest.descriptor, "1.0.0", { onlyNew });
    await expect(store.tag(second.manifest.descriptor, "1.0.0", { onlyNew })).rejects.toMatchObject({ code: "PUBLISH_RACE" });
    expect((await store.resolve("1.0.0"))?.digest).toBe(first.manifest.descriptor.digest);
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

const NOTE = "application/vnd.example.note.v1";

async function withSubject(subject: ContractSubject): Promise<{ readonly store: Repository; readonly image: ImageFixture }> {
  const store = await subject.open();
  const image = imageOf("a", ["layer"]);
  // The config that all referrers share is there first: docker-registry 2.8 loses sight of a blob that is sent twice at one time.
  await pushAll(store, [piece("{}", MEDIA_TYPE.empty), ...piecesOf(image)]);
  await store.tag(image.manifest.descriptor, "1.0.0");
  return { store, image };
}

async function attach(store: Repository, ...referrers: readonly ImageFixture[]): Promise<void> {
  for (const { layers, config, manifest } of referrers) {
    if (!(await store.exists(config.descriptor))) await pushAll(store, [config]);
    await pushAll(store, [...layers, manifest]);
  }
  await store.attach(referrers.map(({ manifest }) => manifest.descriptor));
}

function describeReferrers(subject: ContractSubject): void {
  it("lists what is attached to a subject with type and annotations, and nothing before", async () => {
    const { store, image } = await withSubject(subject);
    const { descriptor } = image.manifest;
    expect(await store.referrers(descriptor.digest)).toEqual([]);
    const annotations = { "org.example.key": "value" };
    const typed = referrerTo(descriptor, "one", { artifactType: NOTE, annotations });
    const untyped = referrerTo(descriptor, "two");
    await attach(store, typed, untyped);
    await attach(store, typed);
    const listed = await store.referrers(descriptor.digest);
    expect(listed).toHaveLength(2);
    expect(listed.map(({ digest }) => digest)).toEqual(listed.map(({ digest }) => digest).toSorted());
    expect(listed).toContainEqual({ ...typed.manifest.descriptor, artifactType: NOTE, annotations });
    expect(listed).toContainEqual({ ...untyped.manifest.descriptor, artifactType: "application/vnd.example.config" });
    expect(await store.referrers(descriptor.digest, { artifactType: NOTE })).toMatchObject([{ artifactType: NOTE }]);
  });

  it("keeps the tags as they were, and tells the subjects' referrers apart, those of referrers too", async () => {
    const { store, image } = await withSubject(subject);
    const first = referrerTo(image.manifest.descriptor, "one", { artifactType: NOTE });
    const second = referrerTo(first.manifest.descriptor, "two", { artifactType: NOTE });
    await attach(store, first, second);
    expect(await store.resolve("1.0.0")).toEqual(image.manifest.descriptor);
    expect((await store.tags()).filter((tag) => !tag.startsWith("sha256-"))).toEqual(["1.0.0"]);
    expect(await store.referrers(image.manifest.descriptor.digest)).toMatchObject([
      { digest: first.manifest.descriptor.digest },
    ]);
    expect(await store.referrers(first.manifest.descriptor.digest)).toMatchObject([
      { digest: second.manifest.descriptor.digest },
    ]);
    expect(await store.referrers(second.manifest.descriptor.digest)).toEqual([]);
  });

  it("loses none of ten that are attached at one time", async () => {
    const { store, image } = await withSubject(subject);
    const notes = Array.from({ length: 10 }, (_, index) =>
      referrerTo(image.manifest.descriptor, `${index}`, { artifactType: NOTE }),
    );
    await Promise.all(notes.map((note) => attach(store, note)));
    expect(await store.referrers(image.manifest.descriptor.digest)).toHaveLength(10);
  });

  it("refuses to attach what has no subject, and what it lacks", async () => {
    const { store, image } = await withSubject(subject);
    await expect(store.attach([image.manifest.descriptor])).rejects.toMatchObject({ code: "OCI_INVALID" });
    const absent = referrerTo(image.manifest.descriptor, "absent", { artifactType: NOTE });
    await expect(store.attach([absent.manifest.descriptor])).rejects.toMatchObject({ code: "CONTENT_MISSING" });
    expect(await store.referrers(image.manifest.descriptor.digest)).toEqual([]);
  });
}

import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../../../src/core/byte-stream.ts";
import type { Descriptor } from "../../../../src/oci/descriptor.ts";
import { MemoryStore } from "../../../../src/oci/memory-store.ts";
import { publishPackage, publishYank } from "../../../../src/pm/registry/publish.ts";
import { yankDocument } from "../../../../src/pm/registry/yank.ts";
import { cacheOf, flipped, MemoryCache, testPackage } from "../../../support/published-package.ts";

/** Notes down what is done to it, in order. */
class WatchedStore extends MemoryStore {
  readonly done: string[] = [];
  override async push(descriptor: Descriptor, content: ByteStream) {
    await super.push(descriptor, content);
    this.done.push(`push ${descriptor.mediaType.replace("application/vnd.oci.image.", "")}`);
  }
  override async tag(descriptor: Descriptor, tag: string) {
    await super.tag(descriptor, tag);
    this.done.push(`tag ${tag}`);
  }
  override async resolve(tag: string) {
    this.done.push(`resolve ${tag}`);
    return super.resolve(tag);
  }
}

describe("publishing", () => {
  it("pushes the archive, the config and the manifest, tags, and reads the tag back", async () => {
    const made = await testPackage("http-router", { version: "1.0.0+b" });
    const repository = new WatchedStore();
    expect(await publishPackage(repository, made.artifact, cacheOf(made))).toEqual(made.artifact.root.descriptor);
    expect(repository.done).toEqual([
      "push layer.v1.tar+gzip",
      "push config.v1+json",
      "push manifest.v1+json",
      "tag 1.0.0_b",
      "resolve 1.0.0_b",
    ]);
  });

  it("sends nothing that is there already", async () => {
    const made = await testPackage("http-router");
    const repository = new WatchedStore();
    for (const { bytes, descriptor } of made.artifact.documents) repository.add(bytes, descriptor.mediaType);
    repository.add(made.archive, made.entry.mediaType);
    await publishPackage(repository, made.artifact, new MemoryStore());
    expect(repository.done).toEqual(["tag 1.0.0", "resolve 1.0.0"]);
  });

  it.each([
    ["1.0.0", "1.0.0"],
    ["1.0.0+a", "1.0.0+b"],
    ["1.0.0", "1.0.0+b"],
  ])("over `%s` is refused for `%s`, with nothing pushed", async (there, wanted) => {
    const repository = new WatchedStore();
    const first = await testPackage("http-router", { version: there });
    await publishPackage(repository, first.artifact, cacheOf(first));
    const before = repository.digests;
    const second = await testPackage("http-router", { version: wanted, files: { "new.js": "1" } });
    await expect(publishPackage(repository, second.artifact, cacheOf(second))).rejects.toMatchObject({
      code: "VERSION_EXISTS",
      exitCode: 1,
    });
    expect(repository.digests).toEqual(before);
  });

  it("at the same moment as someone else is told to the one who lost", async () => {
    const ours = await testPackage("http-router");
    const theirs = await testPackage("http-router", { files: { "a.js": "theirs" } });
    class RacingStore extends MemoryStore {
      override async resolve(tag: string) {
        await super.push(
          theirs.artifact.root.descriptor,
          (async function* () {
            yield theirs.artifact.root.bytes;
          })(),
        );
        await super.tag(theirs.artifact.root.descriptor, tag);
        return super.resolve(tag);
      }
    }
    await expect(publishPackage(new RacingStore(), ours.artifact, cacheOf(ours))).rejects.toMatchObject({
      code: "PUBLISH_RACE",
    });
  });

  it("of a spoilt archive leaves no tag", async () => {
    const made = await testPackage("http-router");
    const repository = new MemoryStore();
    const spoilt: Pick<MemoryStore, "exists" | "fetch"> = {
      exists: async () => true,
      fetch: async function* () {
        yield flipped(made.archive, 40);
      },
    };
    await expect(publishPackage(repository, made.artifact, spoilt)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(await repository.tags()).toEqual([]);
    expect(repository.digests).toEqual([]);
  });

  it("fails when the archive is nowhere", async () => {
    const made = await testPackage("http-router");
    await expect(publishPackage(new MemoryStore(), made.artifact, new MemoryCache())).rejects.toMatchObject({
      code: "CONTENT_MISSING",
    });
  });
});

describe("yanking", () => {
  it("points `yank_<tag>` at a manifest, and undoing overwrites it", async () => {
    const made = await testPackage("http-router", { version: "1.0.0+b" });
    const repository = new MemoryStore();
    await publishPackage(repository, made.artifact, cacheOf(made));
    const state = { yanked: true, reason: "leaks" };
    await publishYank(repository, "1.0.0+b", state);
    expect((await repository.resolve("yank_1.0.0_b"))?.digest).toBe(yankDocument(state).descriptor.digest);
    await publishYank(repository, "1.0.0+b", { yanked: false });
    expect((await repository.resolve("yank_1.0.0_b"))?.digest).toBe(yankDocument({ yanked: false }).descriptor.digest);
  });

  it("of a version that is not there does nothing", async () => {
    const repository = new MemoryStore();
    expect(await publishYank(repository, "1.0.0", { yanked: true })).toBeUndefined();
    expect(await repository.tags()).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VoxEvent } from "../../../src/core/events.ts";
import { copyGraph } from "../../../src/oci/copy.ts";
import { digestsReachableFrom } from "../../../src/oci/graph.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { type ImageFixture, imageOf, indexOf, type Piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

let registry: LoopbackRegistry;
let fault: (request: RecordedRequest) => Fault | undefined;

beforeEach(async () => {
  fault = () => undefined;
  registry = await startLoopbackRegistry({ fault: (request) => fault(request) });
});
afterEach(() => registry.close());

const remote = (repository: string): RemoteStore => new RemoteStore(clientOf(registry.host), repository, { access: "push" });

interface Release {
  readonly index: Piece;
  readonly store: MemoryStore;
}

/** Two platforms over shared dependency layers and one application layer. */
async function release(application: string): Promise<Release> {
  const dependencies = Array.from({ length: 20 }, (_, index) => `dependency ${index}`);
  const images: ImageFixture[] = ["amd64", "arm64"].map((name) =>
    imageOf(`${name} ${application}`, [...dependencies, application]),
  );
  const index = indexOf(images.map(({ manifest }) => manifest));
  const store = new MemoryStore();
  await pushAll(store, [...images.flatMap(piecesOf), index]);
  return { index, store };
}

describe("copying a release into a registry", () => {
  it("sends each blob once and every manifest after what it names", async () => {
    const { index, store } = await release("app");
    const events: VoxEvent[] = [];
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor, {
      concurrency: 8,
      onEvent: (event) => events.push(event),
    });
    expect(summary).toMatchObject({ blobs: 23, mounted: 0, skipped: 0 });
    const sent = events.flatMap((event) => ("bytes" in event ? [event.bytes] : []));
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBe(summary.bytes);
    expect(events.slice(-1)).toMatchObject([{ kind: "manifest-pushed", digest: index.descriptor.digest }]);
    expect(registry.repository("acme/app").digests).toHaveLength(26);
  });

  it("sends four blobs at one time", async () => {
    const { index, store } = await release("app");
    let arrived = 0;
    let open = (): void => undefined;
    const four = new Promise<void>((resolve) => (open = resolve));
    fault = ({ method, path }) => {
      if (method !== "PUT" || !path.includes("/uploads/")) return undefined;
      if ((arrived += 1) === 4) open();
      return { kind: "after", event: four };
    };
    expect(await copyGraph(store, remote("acme/app"), index.descriptor)).toMatchObject({ blobs: 23 });
  });

  it("asks one question when everything is there", async () => {
    const { index, store } = await release("app");
    await copyGraph(store, remote("acme/app"), index.descriptor);
    registry.requests.length = 0;
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor);
    expect(summary).toEqual({ bytes: 0, blobs: 0, mounted: 0, skipped: 1 });
    expect(registry.requests.map(({ method }) => method)).toEqual(["HEAD"]);
  });

  it("redeploys one changed layer in at most twelve requests when it knows what is there", async () => {
    const before = await release("app 1");
    const after = await release("app 2");
    await copyGraph(before.store, remote("acme/app"), before.index.descriptor);
    await remote("acme/app").tag(before.index.descriptor, "production");
    registry.requests.length = 0;
    const target = remote("acme/app");
    const current = await target.resolve("production");
    const present = current && (await digestsReachableFrom(before.store, current));
    const summary = await copyGraph(after.store, target, after.index.descriptor, present ? { present } : {});
    await target.tag(after.index.descriptor, "production");
    expect(summary).toMatchObject({ blobs: 3, skipped: 20 });
    expect(registry.requests.length).toBeLessThanOrEqual(12);
    expect(await target.resolve("production")).toEqual(after.index.descriptor);
  });

  it("begins again by asking when what it believed to be there is not", async () => {
    const { index, store } = await release("app");
    const present = await digestsReachableFrom(store, index.descriptor);
    const believed = new Set([...present].filter((digest) => digest !== index.descriptor.digest));
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor, { present: believed });
    expect(summary.blobs).toBe(23);
    expect(await remote("acme/app").exists(index.descriptor)).toBe(true);
  });
});

describe("mounting", () => {
  it("takes blobs over from other repositories of the registry and sends the rest", async () => {
    const { index, store } = await release("app");
    const { index: other, store: otherStore } = await release("other app");
    await copyGraph(otherStore, remote("acme/other"), other.descriptor);
    registry.requests.length = 0;
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor, { mountFrom: () => ["acme/other"] });
    expect(summary).toMatchObject({ mounted: 20, blobs: 3 });
    // What can be mounted is not asked for first.
    expect(registry.requests.filter(({ method, path }) => method === "HEAD" && path.includes("/blobs/"))).toHaveLength(3);
  });

  it("sends what the registry said to have mounted and does not have", async () => {
    const { index, store } = await release("app");
    fault = ({ method, query }) =>
      method === "POST" && query.has("mount") ? { kind: "status", status: 201, headers: { location: "/" } } : undefined;
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor, { mountFrom: () => ["acme/other"] });
    expect(summary).toMatchObject({ mounted: 0, blobs: 23 });
  });

  it.each([400, 401, 403, 404, 405, 500])("that is answered with %d leaves an upload", async (status) => {
    const image = imageOf("a", ["layer"]);
    const store = new MemoryStore();
    await pushAll(store, piecesOf(image));
    fault = ({ method, query }) => (method === "POST" && query.has("mount") ? { kind: "status", status } : undefined);
    const summary = await copyGraph(store, remote("acme/app"), image.manifest.descriptor, { mountFrom: () => ["acme/other"] });
    expect(summary).toMatchObject({ mounted: 0, blobs: 2 });
  });

  it("never sends a blob with the POST, which registries may answer with 202 and an empty upload", async () => {
    const { index, store } = await release("app");
    await copyGraph(store, remote("acme/app"), index.descriptor);
    const posts = registry.requests.filter(({ method }) => method === "POST");
    expect(posts.every(({ bodyBytes, status }) => bodyBytes === 0 && status === 202)).toBe(true);
  });

  it("uploads into the session that a refused mount opened", async () => {
    await registry.close();
    registry = await startLoopbackRegistry({ refuseMounts: true });
    const image = imageOf("a", [Buffer.alloc(100_000, "layer")]);
    const store = new MemoryStore();
    await pushAll(store, piecesOf(image));
    await copyGraph(store, remote("acme/app"), image.manifest.descriptor, {
      mountFrom: () => ["acme/other"],
      present: new Set(),
    });
    const posts = registry.requests.filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(2);
    expect(posts.every(({ query }) => query.has("mount"))).toBe(true);
  });
});

describe("a copy that fails", () => {
  it("leaves no manifest without its blobs, and goes on from there the next time", async () => {
    const { index, store } = await release("app");
    let puts = 0;
    fault = ({ method }) => (method === "PUT" && (puts += 1) === 10 ? { kind: "status", status: 403 } : undefined);
    await expect(copyGraph(store, remote("acme/app"), index.descriptor)).rejects.toMatchObject({
      code: "REGISTRY_DENIED",
      exitCode: 77,
    });
    // What was on the wire when the others were called off still arrives.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const requests = registry.requests.length;
    const held = registry.repository("acme/app").digests.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(registry.requests.length).toBe(requests);
    expect(await remote("acme/app").exists(index.descriptor)).toBe(false);
    const summary = await copyGraph(store, remote("acme/app"), index.descriptor);
    expect(summary).toMatchObject({ blobs: 23 - held, skipped: held });
  });

  it("names the content that its source lacks", async () => {
    const image = imageOf("a", ["one", "two"]);
    const store = new MemoryStore();
    await pushAll(store, [image.manifest, image.config, ...image.layers.slice(1)]);
    await expect(copyGraph(store, remote("acme/app"), image.manifest.descriptor)).rejects.toMatchObject({
      code: "CONTENT_MISSING",
      message: expect.stringContaining(image.layers[0]?.descriptor.digest ?? "?"),
    });
    expect(await remote("acme/app").exists(image.manifest.descriptor)).toBe(false);
  });

  it("stops when it is told to", async () => {
    const { index, store } = await release("app");
    const controller = new AbortController();
    fault = ({ method }) => {
      if (method === "PUT") controller.abort(new Error("enough"));
      return undefined;
    };
    await expect(copyGraph(store, remote("acme/app"), index.descriptor, { signal: controller.signal })).rejects.toThrow(
      "enough",
    );
  });

  it("refuses indexes nested without end", async () => {
    let top = imageOf("a", []).manifest;
    const store = new MemoryStore();
    await pushAll(store, piecesOf(imageOf("a", [])));
    for (let depth = 0; depth < 10; depth += 1) {
      top = indexOf([top]);
      await pushAll(store, [top]);
    }
    await expect(copyGraph(store, new MemoryStore(), top.descriptor)).rejects.toMatchObject({ code: "OCI_INVALID" });
  });
});

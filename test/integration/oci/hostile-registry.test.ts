import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectBytes, streamOf } from "../../../src/core/byte-stream.ts";
import { isVoxError } from "../../../src/errors/vox-error.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { InstantClock } from "../../support/instant-clock.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { imageOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

let registry: LoopbackRegistry;
let clock: InstantClock;
let fault: (request: RecordedRequest) => Fault | undefined;
const image = imageOf("a", [Buffer.alloc(200_000, "layer")]);
const layer = image.layers[0] ?? piece("");

beforeEach(async () => {
  fault = () => undefined;
  clock = new InstantClock();
  registry = await startLoopbackRegistry({ fault: (request) => fault(request) });
  await pushAll(registry.repository("acme/app"), piecesOf(image));
  await registry.repository("acme/app").tag(image.manifest.descriptor, "v1");
});
afterEach(() => registry.close());

const open = (): RemoteStore => new RemoteStore(clientOf(registry.host, { clock }), "acme/app");
const read = (descriptor: Descriptor): Promise<Uint8Array> =>
  collectBytes(open().fetch(descriptor), { maxBytes: 10_000_000, what: "content" });
/** The fault for the first so many requests that match. */
const first = (count: number, wrong: Fault, matches: (request: RecordedRequest) => boolean = () => true): typeof fault => {
  let left = count;
  return (request) => (matches(request) && (left -= 1) >= 0 ? wrong : undefined);
};
const body = (text: string, headers: Record<string, string> = {}): Fault => ({
  kind: "status",
  status: 200,
  headers,
  body: text,
});

describe("content that is not what was asked for", () => {
  it.each<[string, Fault]>([
    ["one bit is turned", { kind: "corrupt" }],
    ["it is too short", body("short")],
    ["it is too long", body("x".repeat(300_000))],
    ["it is empty", body("")],
  ])("is refused when %s", async (_, wrong) => {
    fault = () => wrong;
    await expect(read(layer.descriptor)).rejects.toMatchObject({ code: "CONTENT_MISMATCH", exitCode: 65 });
    await expect(read(image.manifest.descriptor)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  it("is refused before it is read when a manifest is announced as too large", async () => {
    const huge = { ...image.manifest.descriptor, size: 5 * 1024 * 1024 };
    await expect(read(huge)).rejects.toMatchObject({ code: "CONTENT_TOO_LARGE" });
    expect(registry.requests).toEqual([]);
  });

  it("is refused when a registry stores a manifest under another digest", async () => {
    fault = () => ({ kind: "status", status: 201, headers: { "docker-content-digest": layer.descriptor.digest } });
    const pushed = open().push(image.manifest.descriptor, streamOf(image.manifest.bytes));
    await expect(pushed).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });
});

describe("a tag", () => {
  const noHead = ({ method }: RecordedRequest): boolean => method === "HEAD";
  it.each<[string, Fault]>([
    ["names no digest", body("", { "content-type": MEDIA_TYPE.imageManifest, "content-length": "10" })],
    ["names no type", body("", { "docker-content-digest": image.manifest.descriptor.digest, "content-length": "10" })],
    ["does not know HEAD", { kind: "status", status: 405 }],
  ])("is resolved from its content when a HEAD %s", async (_, wrong) => {
    fault = first(9, wrong, noHead);
    expect(await open().resolve("v1")).toEqual(image.manifest.descriptor);
  });

  it.each<[string, Fault, string]>([
    ["is no JSON", body("<html>", { "content-type": MEDIA_TYPE.imageManifest }), "OCI_INVALID"],
    ["is no manifest", body('{"schemaVersion":1}'), "OCI_INVALID"],
    [
      "is other than its header says",
      body(String(image.manifest.bytes), { "docker-content-digest": layer.descriptor.digest }),
      "CONTENT_MISMATCH",
    ],
    ["does not end", body("x".repeat(5_000_000)), "CONTENT_TOO_LARGE"],
  ])("is refused when its content %s", async (_, wrong, code) => {
    fault = ({ method }) => (method === "HEAD" ? body("") : wrong);
    await expect(open().resolve("v1")).rejects.toMatchObject({ code });
  });

  it("is asked for together with what it names when that is read next", async () => {
    const store = open();
    const named = await store.resolve("v1", { toRead: true });
    expect(named).toEqual(image.manifest.descriptor);
    await collectBytes(store.fetch(image.manifest.descriptor), { maxBytes: 10_000, what: "content" });
    expect(registry.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("list is read page by page", async () => {
    await registry.close();
    registry = await startLoopbackRegistry({ tagPageSize: 3 });
    await pushAll(registry.repository("acme/app"), piecesOf(image));
    const tags = Array.from({ length: 10 }, (_, index) => `v${index}`);
    for (const tag of tags) await registry.repository("acme/app").tag(image.manifest.descriptor, tag);
    expect(await open().tags()).toEqual(tags);
    expect(registry.requests).toHaveLength(4);
  });

  it.each<[string, Fault]>([
    ["does not end", body('{"tags":["v1"]}', { link: '</v2/acme/app/tags/list?n=1&last=v1>; rel="next"' })],
    ["is no JSON", body("[")],
    ["holds no text", body('{"tags":[1]}')],
    ["is too large", body("x".repeat(9_000_000))],
  ])("list is refused when it %s", async (_, wrong) => {
    fault = () => wrong;
    await expect(open().tags()).rejects.toSatisfy((error) => isVoxError(error));
    expect(registry.requests.length).toBeLessThan(20);
  });

  it("list asks no other host for the next page", async () => {
    fault = first(1, body('{"tags":["v0"]}', { link: '<http://169.254.169.254/v2/acme/app/tags/list?last=v0>; rel="next"' }));
    expect(await open().tags()).toEqual(["v0", "v1"]);
  });
});

describe("passing trouble", () => {
  it.each<[string, Fault]>([
    ["503", { kind: "status", status: 503 }],
    ["a reset connection", { kind: "reset" }],
    ["429 with seconds to wait", { kind: "status", status: 429, headers: { "retry-after": "7" } }],
  ])("of %s is waited out, for reads and for pushes", async (_, wrong) => {
    fault = first(3, wrong);
    expect(await read(layer.descriptor)).toHaveLength(200_000);
    fault = first(3, wrong, ({ method }) => method === "PUT");
    const { descriptor, bytes } = piece("new");
    await open().push(descriptor, streamOf(bytes));
    expect(await open().exists(descriptor)).toBe(true);
    expect(clock.sleptMs).toHaveLength(6);
  });

  it.each<[string, Fault, string, number]>([
    ["5xx", { kind: "status", status: 500 }, "REGISTRY_UNAVAILABLE", 69],
    ["429", { kind: "status", status: 429 }, "REGISTRY_RATE_LIMITED", 75],
    [
      "429 with a long pause",
      { kind: "status", status: 429, headers: { "retry-after": "86400" } },
      "REGISTRY_RATE_LIMITED",
      75,
    ],
    ["resets", { kind: "reset" }, "REGISTRY_UNAVAILABLE", 69],
  ])("that does not pass is told, with registry, method and path: %s", async (_, wrong, code, exitCode) => {
    fault = () => wrong;
    const failure: unknown = await read(layer.descriptor).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, exitCode });
    expect(String(failure)).toContain(`\`GET /v2/acme/app/blobs/${layer.descriptor.digest}\` at \`${registry.host}\``);
    expect(registry.requests.length).toBeLessThanOrEqual(4);
  });

  it("tells what the registry said, without control characters", async () => {
    const errors = [{ code: "TEAPOT", message: "short\n\u001b[31mand stout" }];
    fault = () => ({ kind: "status", status: 418, body: JSON.stringify({ errors }) });
    await expect(open().exists(layer.descriptor)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    await expect(read(layer.descriptor)).rejects.toThrow("answered 418: TEAPOT: short [31mand stout");
  });

  it("goes on with a blob where its connection broke", async () => {
    fault = first(2, { kind: "cut", afterBytes: 50_000 });
    expect(Buffer.compare(await read(layer.descriptor), layer.bytes)).toBe(0);
    expect(registry.requests.map(({ headers }) => headers.range).filter((range) => range !== undefined)).toHaveLength(2);
  });

  it("is not waited for when nobody answers at all", async () => {
    const probe = await startLoopbackRegistry();
    await probe.close();
    const store = new RemoteStore(clientOf(probe.host, { clock }), "acme/app");
    await expect(store.tags()).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", exitCode: 69 });
    expect(clock.sleptMs).toEqual([]);
  });

  it("of a large upload is told when its beginning is gone", async () => {
    const { descriptor, bytes } = piece(Buffer.alloc(8_000_000, "large"));
    const chunks = Array.from({ length: 80 }, (_, index) => bytes.subarray(index * 100_000, (index + 1) * 100_000));
    fault = ({ method }) => (method === "PUT" ? { kind: "status", status: 503 } : undefined);
    await expect(open().push(descriptor, streamOf(...chunks))).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });
});

describe("an address that the registry sends on to", () => {
  const credentials = { credentialsFor: async () => ({ kind: "basic", username: "ada", password: "secret" }) as const };

  it("gets no credentials when it is another host's", async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(layer.bytes);
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await registry.close();
    const auth = { kind: "basic", username: "ada", password: "secret" } as const;
    registry = await startLoopbackRegistry({ auth, redirectBlobsTo: `http://127.0.0.1:${port}/storage/` });
    await pushAll(registry.repository("acme/app"), piecesOf(image));
    const store = new RemoteStore(clientOf(registry.host, { credentials }), "acme/app");
    expect(await collectBytes(store.fetch(layer.descriptor), { maxBytes: 1_000_000, what: "content" })).toHaveLength(200_000);
    expect(seen).toEqual([undefined]);
    expect(registry.requests.at(-1)?.headers.authorization).toMatch(/^Basic /);
    await new Promise((resolve) => other.close(resolve));
  });

  it("is refused when it lacks TLS", async () => {
    fault = () => ({ kind: "status", status: 307, headers: { location: "http://storage.example/blob" } });
    await expect(read(layer.descriptor)).rejects.toMatchObject({ code: "REGISTRY_INSECURE" });
  });

  it("is refused when it leads round and round", async () => {
    fault = ({ path }) => ({ kind: "status", status: 307, headers: { location: path } });
    await expect(read(layer.descriptor)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect(registry.requests.length).toBeLessThan(10);
  });

  it("is where an upload goes with its state unchanged", async () => {
    const { descriptor, bytes } = piece("new");
    await open().push(descriptor, streamOf(bytes));
    // The loopback registry refuses an upload whose `_state=a%2Bb` comes back in any other spelling.
    expect(registry.requests.map(({ method }) => method)).toEqual(["POST", "PUT"]);
  });
});

it("an upload session that is gone is begun anew", async () => {
  const { descriptor, bytes } = piece("new");
  fault = first(1, { kind: "status", status: 404 }, ({ method }) => method === "PUT");
  await open().push(descriptor, streamOf(bytes));
  expect(registry.requests.map(({ method }) => method)).toEqual(["POST", "PUT", "POST", "PUT"]);
});

it("a request that hangs is given up when the caller says so", async () => {
  fault = () => ({ kind: "delay", durationMs: 5_000 });
  const signal = AbortSignal.timeout(50);
  await expect(open().tags({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
});

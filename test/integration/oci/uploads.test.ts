import { afterEach, describe, expect, it } from "vitest";
import { copyGraph, type TransferSummary } from "../../../src/oci/copy.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { InstantClock } from "../../support/instant-clock.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type LoopbackRegistryOptions,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { imageOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { piecemeal } from "../../support/piecemeal.ts";
import { clientOf } from "../../support/remote-subject.ts";

const MIB = 1024 * 1024;
const CHUNK = 4 * MIB;
/** Bytes of which no part is like another. */
const content = Buffer.alloc(10 * MIB + 123);
for (let offset = 0; offset + 4 <= content.byteLength; offset += 4) content.writeUInt32LE(offset, offset);
const image = imageOf("a", [content]);
const layer = image.layers[0] ?? piece("");

const opened: LoopbackRegistry[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((registry) => registry.close()));
});

interface Pushed {
  readonly registry: LoopbackRegistry;
  readonly clock: InstantClock;
  readonly result: TransferSummary | Error;
  /** Of the layer's upload. */
  readonly steps: readonly string[];
  readonly sentBytes: number;
}

const isLayer = ({ path, method }: RecordedRequest): boolean => path.includes("/blobs/uploads/") && method !== "POST";

const stepOf = ({ method, headers, status }: RecordedRequest): string =>
  [method, headers["content-range"], status].filter((part) => part !== undefined).join(" ");

/** Pushes the image and says what went over the wire for its layer. */
async function push(options: LoopbackRegistryOptions, { chunkBytes = CHUNK } = {}): Promise<Pushed> {
  const registry = await startLoopbackRegistry(options);
  opened.push(registry);
  const source = new MemoryStore();
  await pushAll(source, piecesOf(image));
  const clock = new InstantClock();
  const store = new RemoteStore(clientOf(registry.host, { clock }), "acme/app", { access: "push", chunkBytes });
  const result = await copyGraph(piecemeal(source), store, image.manifest.descriptor, { concurrency: 1 }).catch(
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  const upload = registry.requests.filter((request) => isLayer(request) && !isConfig(request));
  return {
    registry,
    clock,
    result,
    steps: upload.map(stepOf),
    sentBytes: upload.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
  };
}

const isConfig = ({ query, bodyBytes }: RecordedRequest): boolean =>
  query.get("digest") === image.config.descriptor.digest || bodyBytes === image.config.bytes.byteLength;

/** A fault for the first so many requests that match. */
const first = (
  count: number,
  wrong: Fault,
  matches: (request: RecordedRequest) => boolean,
): ((request: RecordedRequest) => Fault | undefined) => {
  let left = count;
  return (request) => (matches(request) && (left -= 1) >= 0 ? wrong : undefined);
};
const patchAt = (offset: number) => (request: RecordedRequest) =>
  request.method === "PATCH" && (request.headers["content-range"]?.startsWith(`${offset}-`) ?? false);

function expectWhole({ registry, result }: Pushed): void {
  expect(result).toMatchObject({ blobs: 2 });
  const held = registry.repository("acme/app").content(layer.descriptor.digest);
  expect(Buffer.compare(held?.bytes ?? Buffer.alloc(0), content)).toBe(0);
  expect(registry.repository("acme/app").digests).toContain(image.manifest.descriptor.digest);
}

const CHUNKS = [
  `PATCH 0-${CHUNK - 1} 202`,
  `PATCH ${CHUNK}-${2 * CHUNK - 1} 202`,
  `PATCH ${2 * CHUNK}-${content.byteLength - 1} 202`,
];

describe("a large blob", () => {
  it("goes in chunks, each where the last one ended, and is closed by a PUT", async () => {
    const pushed = await push({});
    expectWhole(pushed);
    expect(pushed.steps).toEqual([...CHUNKS, "PUT 201"]);
  });

  it("goes in one request when it is no longer than a chunk", async () => {
    const pushed = await push({}, { chunkBytes: content.byteLength });
    expectWhole(pushed);
    expect(pushed.steps).toEqual(["PUT 201"]);
  });

  it("is never sent with the POST, to which a registry may answer 202 after all", async () => {
    for (const chunkBytes of [CHUNK, content.byteLength]) {
      const { registry } = await push({}, { chunkBytes });
      const posts = registry.requests.filter(({ method }) => method === "POST");
      expect(posts.map(({ bodyBytes, query, status }) => [bodyBytes, query.has("digest"), status])).toEqual([
        [0, false, 202],
        [0, false, 202],
      ]);
    }
  });

  it("goes in chunks as long as the registry wants them at least", async () => {
    const pushed = await push({ minChunkBytes: 6 * MIB });
    expectWhole(pushed);
    expect(pushed.steps).toEqual([`PATCH 0-${6 * MIB - 1} 202`, `PATCH ${6 * MIB}-${content.byteLength - 1} 202`, "PUT 201"]);
  });

  it.each(["relative", "absolute", "elsewhere"] as const)("goes where each answer says, which is %s", async (location) => {
    const pushed = await push({ location, auth: { kind: "bearer" } });
    expectWhole(pushed);
    expect(pushed.steps).toEqual([...CHUNKS, "PUT 201"]);
    const uploads = pushed.registry.requests.filter(isLayer);
    expect(uploads.every(({ elsewhere }) => elsewhere === (location === "elsewhere"))).toBe(true);
    expect(uploads.every(({ headers }) => (headers.authorization === undefined) === (location === "elsewhere"))).toBe(true);
  });
});

describe("a chunk that fails", () => {
  it.each<[string, Fault]>([
    ["429 and a time to wait", { kind: "status", status: 429, headers: { "retry-after": "7" } }],
    ["503", { kind: "status", status: 503 }],
    ["a connection that is reset before a byte has come", { kind: "reset" }],
    ["a cut within what is kept of it", { kind: "cut-request", afterBytes: 300_000 }],
    ["a cut in its middle", { kind: "cut-request", afterBytes: 3 * MIB }],
    ["503 before it was read", { kind: "status", status: 503, early: true }],
  ])("by %s goes on where the registry proves to be, and nothing that arrived is sent again", async (_, wrong) => {
    const pushed = await push({ fault: first(1, wrong, patchAt(CHUNK)) });
    expectWhole(pushed);
    expect(pushed.steps.filter((step) => step === CHUNKS[0])).toHaveLength(1);
    expect(pushed.steps).toContain("GET 204");
    expect(pushed.steps.at(-1)).toBe("PUT 201");
    expect(pushed.sentBytes).toBeLessThan(content.byteLength + CHUNK + MIB);
  });

  it("goes on behind what arrived of it", async () => {
    const cut = CHUNK + 3 * MIB;
    const pushed = await push({ fault: first(1, { kind: "cut-request", afterBytes: 3 * MIB }, patchAt(CHUNK)) });
    expect(pushed.steps).toContain(
      `PATCH ${cut}-${cut + CHUNK - 1 < content.byteLength ? cut + CHUNK - 1 : content.byteLength - 1} 202`,
    );
  });

  it("waits as long as the registry asks", async () => {
    const wrong: Fault = { kind: "status", status: 429, headers: { "retry-after": "7" } };
    expect((await push({ fault: first(2, wrong, patchAt(0)) })).clock.sleptMs).toContain(7000);
  });

  it("with 416 goes on where the registry is", async () => {
    // The answer is lost, not the chunk: what is sent then is not where the registry is.
    let cut = 0;
    const pushed = await push({
      fault: (request) => {
        if (patchAt(CHUNK)(request) && (cut += 1) === 1) return { kind: "cut-request", afterBytes: CHUNK };
        return request.method === "GET" && cut === 1 && (cut += 1) === 2
          ? {
              kind: "status",
              status: 204,
              headers: { range: `0-${CHUNK - 1}`, location: String(request.path) + "?_state=a%2Bb" },
            }
          : undefined;
      },
    });
    expectWhole(pushed);
    expect(pushed.steps).toContain(`PATCH ${CHUNK}-${2 * CHUNK - 1} 416`);
    expect(pushed.sentBytes).toBeLessThan(2.5 * content.byteLength);
  });

  it.each<[string, LoopbackRegistryOptions]>([
    ["the session is forgotten", { forgetsCutUploads: true }],
    ["the registry tells no offset", {}],
    ["the registry says to hold less than it acknowledged", {}],
    ["the registry says to hold more than was sent", {}],
  ])("begins anew when %s", async (why, options) => {
    const wrong = first(1, { kind: "cut-request", afterBytes: 2 * MIB }, patchAt(CHUNK));
    const answers: Record<string, Fault> = {
      "the registry tells no offset": { kind: "status", status: 204 },
      "the registry says to hold less than it acknowledged": { kind: "status", status: 204, headers: { range: "0-99" } },
      "the registry says to hold more than was sent": { kind: "status", status: 204, headers: { range: `0-${9 * MIB}` } },
    };
    const lie = answers[why];
    const isQuestion = (request: RecordedRequest): boolean => request.method === "GET";
    const pushed = await push({ ...options, fault: (request) => wrong(request) ?? (isQuestion(request) ? lie : undefined) });
    expectWhole(pushed);
    expect(pushed.registry.requests.filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  it.each<[string, LoopbackRegistryOptions]>([
    ["does not know chunks", { refuseChunks: true }],
    ["takes only short ones", { maxChunkBytes: MIB }],
    ["breaks off each", { fault: first(9, { kind: "cut-request", afterBytes: 0 }, ({ method }) => method === "PATCH") }],
  ])("makes the blob go whole when the registry %s", async (_, options) => {
    const pushed = await push(options);
    expectWhole(pushed);
    expect(pushed.steps.at(-1)).toBe("PUT 201");
    expect(pushed.registry.requests.filter(({ method }) => method === "PATCH").length).toBeLessThanOrEqual(4);
  });

  it.each<[string, Fault, string, number]>([
    ["403", { kind: "status", status: 403 }, "REGISTRY_DENIED", 77],
    ["429 without end", { kind: "status", status: 429 }, "REGISTRY_RATE_LIMITED", 75],
    ["500 without end", { kind: "status", status: 500 }, "REGISTRY_UNAVAILABLE", 69],
    ["resets without end", { kind: "reset" }, "REGISTRY_UNAVAILABLE", 69],
  ])("is told when the trouble does not pass: %s", async (_, wrong, code, exitCode) => {
    const { result, registry } = await push({ fault: (request) => (isLayer(request) ? wrong : undefined) });
    expect(result).toMatchObject({ code, exitCode });
    expect(registry.requests.length).toBeLessThan(60);
    expect(registry.repository("acme/app").digests).not.toContain(image.manifest.descriptor.digest);
  });
});

describe("an upload in one request that breaks off", () => {
  const put = ({ method, bodyBytes, query }: RecordedRequest): boolean =>
    method === "PUT" && bodyBytes === 0 && query.get("digest") === layer.descriptor.digest;
  const whole = { chunkBytes: content.byteLength };

  it("goes on in its middle where the registry proves to hold the beginning", async () => {
    const pushed = await push({ fault: first(1, { kind: "cut-request", afterBytes: 6 * MIB }, put) }, whole);
    expectWhole(pushed);
    expect(pushed.steps.slice(1)).toEqual(["GET 204", `PATCH ${6 * MIB}-${content.byteLength - 1} 202`, "PUT 201"]);
  });

  it("begins anew where it does not", async () => {
    const fault = first(1, { kind: "cut-request", afterBytes: 6 * MIB }, put);
    const pushed = await push({ fault, forgetsCutUploads: true }, whole);
    expectWhole(pushed);
    expect(pushed.steps.slice(1)).toEqual(["GET 404", "PUT 201"]);
  });

  it("is not sent again when only the answer was lost", async () => {
    const fault = first(1, { kind: "cut-request", afterBytes: content.byteLength }, put);
    const pushed = await push({ fault, forgetsCutUploads: false }, whole);
    expectWhole(pushed);
    expect(pushed.steps.slice(1)).toEqual(["GET 204", "PUT 201"]);
  });

  it("goes on as often as it gets further", async () => {
    const cuts: Fault = { kind: "cut-request", afterBytes: 1.5 * MIB };
    const pushed = await push({ fault: first(5, cuts, (request) => put(request) || request.method === "PATCH") }, whole);
    expectWhole(pushed);
    expect(pushed.sentBytes).toBeLessThan(2 * content.byteLength);
  });
});

it("tokens that live for 60 seconds are fetched anew between the chunks of one upload", async () => {
  const clock = new InstantClock();
  const registry = await startLoopbackRegistry({
    auth: { kind: "bearer", expiresInS: 60 },
    fault: ({ method }) => {
      if (method === "PATCH") clock.pass(40_000);
      return undefined;
    },
  });
  opened.push(registry);
  const source = new MemoryStore();
  await pushAll(source, piecesOf(image));
  const store = new RemoteStore(clientOf(registry.host, { clock }), "acme/app", { access: "push", chunkBytes: MIB });
  await copyGraph(piecemeal(source), store, image.manifest.descriptor, { concurrency: 1 });
  const tokens = registry.requests.filter(({ path }) => path === "/token").length;
  expect(tokens).toBeGreaterThanOrEqual(5);
  expect(registry.requests.filter(({ method }) => method === "PATCH")).toHaveLength(11);
});

it("a token that a registry no longer takes in the middle of an upload is replaced", async () => {
  const pushed = await push({ auth: { kind: "bearer", usesPerToken: 2 } }, { chunkBytes: MIB });
  expectWhole(pushed);
  expect(pushed.registry.requests.filter(({ path }) => path === "/token").length).toBeGreaterThan(5);
});

it("a registry that names another digest for what it stored is not believed", async () => {
  for (const chunkBytes of [CHUNK, content.byteLength]) {
    const wrong: Fault = { kind: "status", status: 201, headers: { "docker-content-digest": image.config.descriptor.digest } };
    const lie = first(1, wrong, ({ method, query }) => method === "PUT" && query.get("digest") === layer.descriptor.digest);
    const { result } = await push({ fault: lie }, { chunkBytes });
    expect(result).toMatchObject({ code: "CONTENT_MISMATCH", exitCode: 65 });
  }
});

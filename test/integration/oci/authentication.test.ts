import { afterEach, describe, expect, it } from "vitest";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import type { ContentReader } from "../../../src/oci/content-store.ts";
import { copyGraph } from "../../../src/oci/copy.ts";
import { type Credentials, type CredentialSource, hostTokenSource } from "../../../src/oci/credentials.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { InstantClock } from "../../support/instant-clock.ts";
import { type LoopbackRegistry, type LoopbackRegistryOptions, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { imageOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

const opened: LoopbackRegistry[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((registry) => registry.close()));
});

async function start(options: LoopbackRegistryOptions): Promise<LoopbackRegistry> {
  const registry = await startLoopbackRegistry(options);
  opened.push(registry);
  return registry;
}

const login = { username: "ada", password: "correct horse" };
const always = (credentials: Credentials): CredentialSource => ({ credentialsFor: async () => credentials });
const basic: Credentials = { kind: "basic", ...login };
const tokenRequests = (registry: LoopbackRegistry): number => registry.requests.filter(({ path }) => path === "/token").length;

async function pushOne(
  registry: LoopbackRegistry,
  credentials: CredentialSource,
  clock = new InstantClock(),
): Promise<RemoteStore> {
  const store = new RemoteStore(clientOf(registry.host, { credentials, clock }), "acme/app", { access: "push" });
  await pushAll(store, piecesOf(imageOf("a", ["layer"])));
  return store;
}

describe("credentials", () => {
  it.each<[string, LoopbackRegistryOptions["auth"], Credentials]>([
    ["a password sent with each request", { kind: "basic", ...login }, basic],
    ["a password exchanged for a token", { kind: "bearer", ...login }, basic],
    [
      "an identity token posted for a token",
      { kind: "bearer", ...login, identityToken: "refresh" },
      { kind: "identity-token", username: "<token>", token: "refresh" },
    ],
    [
      "an identity token taken as a password where OAuth2 is unknown",
      { kind: "bearer", ...login },
      { kind: "identity-token", username: "ada", token: login.password },
    ],
    [
      "a registry token sent as it is",
      { kind: "bearer", ...login, staticToken: "static" },
      { kind: "registry-token", token: "static" },
    ],
    [
      "a host token exchanged as a password",
      { kind: "bearer", username: "vox", password: "secret" },
      { kind: "host-token", token: "secret" },
    ],
    [
      "a host token that names its user",
      { kind: "basic", ...login },
      { kind: "host-token", token: `${login.username}:${login.password}` },
    ],
    [
      "a host token that only goes as a bearer token",
      { kind: "bearer", ...login, staticToken: "secret" },
      { kind: "host-token", token: "secret" },
    ],
  ])("open a registry by %s", async (_, auth, credentials) => {
    const registry = await start(auth ? { auth } : {});
    await pushOne(registry, always(credentials));
    expect(registry.repository("acme/app").digests).toHaveLength(3);
  });

  it.each<[string, LoopbackRegistryOptions["auth"], Credentials | undefined]>([
    ["a wrong password", { kind: "basic", ...login }, { kind: "basic", username: "ada", password: "guess-1234" }],
    ["no password", { kind: "basic", ...login }, undefined],
    [
      "a password that the token server refuses",
      { kind: "bearer", ...login },
      { kind: "basic", username: "ada", password: "guess-1234" },
    ],
    [
      "an identity token that is refused",
      { kind: "bearer", ...login, identityToken: "refresh" },
      { kind: "identity-token", username: "", token: "guess-1234" },
    ],
    [
      "a registry token that is refused",
      { kind: "bearer", ...login, staticToken: "static" },
      { kind: "registry-token", token: "guess-1234" },
    ],
    ["a token without the scope", { kind: "bearer", deniedRepositories: ["acme/app"] }, undefined],
  ])("are refused with exit code 77 and never told: %s", async (_, auth, credentials) => {
    const registry = await start(auth ? { auth } : {});
    const failure: unknown = await pushOne(registry, { credentialsFor: async () => credentials }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "REGISTRY_DENIED", exitCode: 77 });
    expect(String(failure)).toContain(registry.host);
    expect(JSON.stringify([String(failure), failure])).not.toMatch(/guess-1234|token-\d/);
    expect(registry.repositories.size).toBe(0);
  });
});

describe("tokens", () => {
  it("are asked for once by requests that start together, and kept for those that follow", async () => {
    const registry = await start({ auth: { kind: "bearer", ...login, expiresInS: 300 } });
    const store = await pushOne(registry, always(basic));
    await Promise.all(Array.from({ length: 8 }, (_, index) => store.exists(piece(`blob ${index}`).descriptor)));
    expect(tokenRequests(registry)).toBe(1);
  });

  it("expire after 60 s unless said otherwise, and are fetched anew before they do", async () => {
    const registry = await start({ auth: { kind: "bearer" } });
    const clock = new InstantClock();
    const store = await pushOne(registry, { credentialsFor: async () => undefined }, clock);
    clock.pass(45_000);
    await store.tags();
    expect(tokenRequests(registry)).toBe(1);
    clock.pass(10_000);
    await store.tags();
    expect(tokenRequests(registry)).toBe(2);
  });

  it("that are refused in the middle of a push are fetched anew, and nothing is sent twice", async () => {
    const registry = await start({ auth: { kind: "bearer", usesPerToken: 3 } });
    const image = imageOf(
      "a",
      Array.from({ length: 12 }, (_, index) => `layer ${index}`),
    );
    const source = new MemoryStore();
    await pushAll(source, piecesOf(image));
    const store = new RemoteStore(clientOf(registry.host), "acme/app", { access: "push" });
    const summary = await copyGraph(source, store, image.manifest.descriptor, { concurrency: 1 });
    expect(summary).toMatchObject({ blobs: 13 });
    expect(tokenRequests(registry)).toBeGreaterThan(8);
  });

  it("cover the repository that a blob is mounted from", async () => {
    const registry = await start({ auth: { kind: "bearer" } });
    const { descriptor, bytes } = piece("shared");
    registry.repository("acme/library").add(bytes, descriptor.mediaType);
    const client = clientOf(registry.host);
    const store = new RemoteStore(client, "acme/app", { access: "push" });
    expect(await store.mount(descriptor, "acme/library")).toBe(true);
    const asked = registry.requests.filter(({ path }) => path === "/token").map(({ query }) => query.getAll("scope"));
    expect(asked).toEqual([["repository:acme/app:pull,push", "repository:acme/library:pull"]]);
  });

  it("serve every mount when the sources are named beforehand", async () => {
    const registry = await start({ auth: { kind: "bearer" } });
    const sources = ["lib/a", "lib/b", "lib/c"];
    const blobs = sources.map((source) => {
      const blob = piece(`of ${source}`);
      registry.repository(source).add(blob.bytes, blob.descriptor.mediaType);
      return { source, ...blob };
    });
    const store = new RemoteStore(clientOf(registry.host), "acme/app", { access: "push", mountSources: sources });
    for (const { descriptor, source } of blobs) expect(await store.mount(descriptor, source)).toBe(true);
    expect(tokenRequests(registry)).toBe(1);
  });
});

describe("a token server that refuses all for a repository to mount from", () => {
  it("still lets the push through, which then mounts nothing", async () => {
    const auth = { kind: "bearer", deniedRepositories: ["lib/secret"], refusesDenied: true } as const;
    const registry = await start({ auth, refuseMounts: true });
    const image = imageOf("a", ["one", "two"]);
    const source = new MemoryStore();
    await pushAll(source, piecesOf(image));
    const options = { access: "push", mountSources: ["lib/secret"] } as const;
    const store = new RemoteStore(clientOf(registry.host), "acme/app", options);
    const summary = await copyGraph(source, store, image.manifest.descriptor, { mountFrom: () => ["lib/secret"] });
    expect(summary).toMatchObject({ blobs: 3, mounted: 0 });
    const tokens = registry.requests.filter(({ path }) => path === "/token").map(({ status }) => status);
    expect(tokens).toEqual([403, 200]);
  });
});

describe("a host token", () => {
  it("is never shown to a token server on another host", async () => {
    const elsewhere = await start({});
    const registry = await start({ auth: { kind: "bearer", ...login, realm: `${elsewhere.url}/token` } });
    await expect(pushOne(registry, hostTokenSource(registry.host, "secret"))).rejects.toMatchObject({
      code: "REGISTRY_DENIED",
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it("is for its own host only", async () => {
    const registry = await start({ auth: { kind: "basic", ...login } });
    await expect(pushOne(registry, hostTokenSource("registry.example", "secret"))).rejects.toMatchObject({
      code: "REGISTRY_DENIED",
    });
    expect(registry.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });
});

it("a large upload that meets an expired token is sent anew from its source", async () => {
  let expired = 1;
  const registry = await start({
    auth: { kind: "bearer" },
    fault: ({ method }) =>
      method === "PUT" && (expired -= 1) >= 0
        ? { kind: "status", status: 401, headers: { "www-authenticate": `Bearer realm="${registry.url}/token"` } }
        : undefined,
  });
  const layer = Buffer.alloc(4_000_000, "large");
  const image = imageOf("a", [layer]);
  const source = new MemoryStore();
  await pushAll(source, piecesOf(image));
  const chunked: ContentReader = {
    exists: (descriptor) => source.exists(descriptor),
    async *fetch(descriptor) {
      const bytes = await collectBytes(source.fetch(descriptor), { maxBytes: layer.byteLength, what: "content" });
      for (let offset = 0; offset < bytes.byteLength; offset += 65_536) yield bytes.subarray(offset, offset + 65_536);
    },
  };
  const store = new RemoteStore(clientOf(registry.host), "acme/app", { access: "push" });
  expect(await copyGraph(chunked, store, image.manifest.descriptor, { concurrency: 1 })).toMatchObject({ blobs: 2 });
  expect(tokenRequests(registry)).toBe(2);
});

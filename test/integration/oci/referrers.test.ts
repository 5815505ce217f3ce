import { afterEach, describe, expect, it } from "vitest";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { referrersTag } from "../../../src/oci/referrers.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type LoopbackRegistryOptions,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { imageOf, piecesOf, pushAll, referrerTo } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

const NOTE = "application/vnd.example.note.v1";
const image = imageOf("a", ["layer"]);
const subject = image.manifest.descriptor;
const note = referrerTo(subject, "note", { artifactType: NOTE });
const other = referrerTo(subject, "other", { artifactType: "application/vnd.example.other" });

let registry: LoopbackRegistry;
afterEach(() => registry.close());

const open = (): RemoteStore => new RemoteStore(clientOf(registry.host), "acme/app");

async function start(options: LoopbackRegistryOptions): Promise<RemoteStore> {
  registry = await startLoopbackRegistry(options);
  const store = open();
  await pushAll(store, [...piecesOf(image), ...piecesOf(note), ...piecesOf(other)]);
  return store;
}

const attach = (store: RemoteStore, ...descriptors: readonly Descriptor[]): Promise<void> => store.attach(descriptors);
const asked = (): readonly string[] =>
  registry.requests.map(({ method, path }) => `${method} ${path.replace("/v2/acme/app/", "")}`);

describe("a registry with the referrers API", () => {
  it("lists what was pushed: attaching asks once whether it does, and writes no tag", async () => {
    const store = await start({ referrers: true });
    registry.requests.length = 0;
    await attach(store, note.manifest.descriptor, other.manifest.descriptor);
    await attach(store, note.manifest.descriptor);
    expect(asked()).toEqual([`GET referrers/${subject.digest}`]);
    expect(await store.tags()).toEqual([]);
  });

  it.each([true, false])(
    "is asked for one type, and what it gives besides is left out (filters: %s)",
    async (filtersReferrers) => {
      const store = await start({ referrers: true, referrersPageSize: 1, filtersReferrers });
      registry.requests.length = 0;
      expect(await store.referrers(subject.digest, { artifactType: NOTE })).toMatchObject([
        { digest: note.manifest.descriptor.digest },
      ]);
      expect(registry.requests[0]?.query.get("artifactType")).toBe(NOTE);
    },
  );

  it("that does not list what it held before is given it once more, and else keeps the list at the tag", async () => {
    let hidden = true;
    const empty = JSON.stringify({ schemaVersion: 2, manifests: [] });
    const nothing: Fault = { kind: "status", status: 200, headers: { "content-type": MEDIA_TYPE.imageIndex }, body: empty };
    await start({ referrers: true, fault: ({ path }) => (hidden && path.includes("/referrers/") ? nothing : undefined) });
    registry.requests.length = 0;
    await attach(open(), note.manifest.descriptor);
    expect(asked()).toContain(`PUT manifests/${note.manifest.descriptor.digest}`);
    expect(await open().tags()).toEqual([]);
    hidden = false;
    expect(await open().referrers(subject.digest)).toHaveLength(2);
  });
});

describe("a registry without the referrers API", () => {
  it("gets an index at the fallback tag, with one write for several that are attached together", async () => {
    const store = await start({});
    registry.requests.length = 0;
    await attach(store, note.manifest.descriptor, other.manifest.descriptor);
    expect(asked().filter((line) => line === `PUT manifests/${referrersTag(subject.digest)}`)).toHaveLength(1);
    expect(await open().referrers(subject.digest)).toHaveLength(2);
    expect(await open().referrers(subject.digest, { artifactType: NOTE })).toHaveLength(1);
  });

  it("is not believed when it answers `OCI-Subject`", async () => {
    const store = await start({ referrers: "claimed" });
    await attach(store, note.manifest.descriptor);
    expect(await store.tags()).toContain(referrersTag(subject.digest));
  });

  it("keeps what else the index listed when one of them was deleted", async () => {
    const store = await start({});
    await attach(store, note.manifest.descriptor);
    registry.repository("acme/app").remove(note.manifest.descriptor.digest);
    await attach(open(), other.manifest.descriptor);
    expect(await open().referrers(subject.digest)).toMatchObject([{ digest: other.manifest.descriptor.digest }]);
  });

  const html: Fault = { kind: "status", status: 200, headers: { "content-type": "text/html" }, body: "<html>" };
  it.each<[string, Fault]>([
    ["405", { kind: "status", status: 405 }],
    ["400", { kind: "status", status: 400 }],
    ["501", { kind: "status", status: 501 }],
    ["200 and a page for people", html],
  ])("may answer %s instead of 404", async (_, wrong) => {
    const store = await start({ fault: ({ path }) => (path.includes("/referrers/") ? wrong : undefined) });
    await attach(store, note.manifest.descriptor);
    expect(await open().referrers(subject.digest)).toHaveLength(1);
  });
});

describe("a list of referrers", () => {
  const list = (body: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
    kind: "status",
    status: 200,
    headers: { "content-type": MEDIA_TYPE.imageIndex, ...headers },
    body,
  });
  const entry = JSON.stringify({ ...note.manifest.descriptor });
  const again = { link: `</v2/acme/app/referrers/${subject.digest}?last=x>; rel="next"` };
  it.each<[string, Fault, string]>([
    ["is no JSON", list("["), "REGISTRY_UNAVAILABLE"],
    [
      "names digests that are none",
      list('{"manifests":[{"mediaType":"a","digest":"sha256:../..","size":1}]}'),
      "REGISTRY_UNAVAILABLE",
    ],
    ["does not end", list(`{"manifests":[${entry}]}`, again), "REGISTRY_UNAVAILABLE"],
    ["is too large", list("x".repeat(9_000_000)), "CONTENT_TOO_LARGE"],
    ["is refused to this user", { kind: "status", status: 403 }, "REGISTRY_DENIED"],
  ])("is refused when it %s", async (_, wrong, code) => {
    await start({ fault: ({ path }) => (path.includes("/referrers/") ? wrong : undefined) });
    registry.requests.length = 0;
    await expect(open().referrers(subject.digest)).rejects.toMatchObject({ code });
    expect(registry.requests.length).toBeLessThan(20);
  });
});

import { chmod, mkdtemp, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VoxEvent } from "../../../src/core/events.ts";
import { hexOf, shortHexOf } from "../../../src/core/digest.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { pushLayout, type PushResult } from "../../../src/ops/push-layout.ts";
import { parsePushTarget } from "../../../src/ops/push-plan.ts";
import { holdsLayout } from "../../../src/runtime/fs-layout-names.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { imageOf, indexOf, type Piece, piece, piecesOf, pushAll, referrerTo } from "../../support/oci-graph.ts";
import { clientOf } from "../../support/remote-subject.ts";

const amd64 = imageOf("amd64", ["shared", "application"]);
const arm64 = imageOf("arm64", ["shared", "application"]);
const index = indexOf([amd64.manifest, arm64.manifest]);
const note = { artifactType: "application/vnd.example.note.v1" };
const signature = referrerTo(index.descriptor, "signature", note);
const timestamp = referrerTo(signature.manifest.descriptor, "timestamp of the signature", note);
const platformSignature = referrerTo(amd64.manifest.descriptor, "signature of amd64", note);
const referrers = [signature, timestamp, platformSignature];
const digestsOf = (pieces: readonly Piece[]): readonly string[] => pieces.map(({ descriptor }) => descriptor.digest);

let dir: string;
let registry: LoopbackRegistry;
let fault: (request: RecordedRequest) => Fault | undefined;
let events: VoxEvent[];
let facts: Map<string, string>;

async function open(options: { readonly referrers?: boolean } = {}): Promise<void> {
  await registry?.close();
  registry = await startLoopbackRegistry({ ...options, fault: (request) => fault(request) });
}

beforeEach(async () => {
  fault = () => undefined;
  events = [];
  facts = new Map();
  await open();
  dir = await mkdtemp(join(tmpdir(), "vox-push-"));
  const layout = new FsLayoutStore(dir);
  await pushAll(layout, [...piecesOf(amd64), ...piecesOf(arm64), index, ...referrers.flatMap(piecesOf)]);
  await pushAll(layout, [piece("{}", "application/vnd.oci.empty.v1+json")]);
  await layout.tag(index.descriptor, "production");
  await layout.attach(referrers.map(({ manifest }) => manifest.descriptor));
});
afterEach(async () => {
  await registry.close();
  await rm(dir, { recursive: true, force: true });
});

const push = (ref: string, { dryRun = false, from }: { dryRun?: boolean; from?: string } = {}): Promise<PushResult> =>
  pushLayout(
    { dir, layout: "dist/oci-layout", to: parsePushTarget(`${registry.host}/${ref}`), dryRun, ...(from && { from }) },
    {
      holdsLayout,
      imageLayout: (folder) => new FsLayoutStore(folder),
      layoutEntries: (folder) => new FsLayoutStore(folder).entries(),
      imageRepository: ({ repository }, options) =>
        new RemoteStore(clientOf(registry.host), repository, { access: "push", mountSources: options?.mountFrom ?? [] }),
      requestCount: () => registry.requests.length,
      facts: { fact: async (key) => facts.get(key), keepFact: async (key, text) => void facts.set(key, text) },
      defaultRegistry: { kind: "oci", host: registry.host, prefix: "vox" },
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    },
  );

const remote = (): RemoteStore => new RemoteStore(clientOf(registry.host), "acme/app");
const blob = (item: Piece | undefined): string => join(dir, "blobs/sha256", hexOf((item ?? index).descriptor.digest));

describe("pushing a layout", () => {
  it.each([{ referrers: false }, { referrers: true }])(
    "takes all that is attached with it, to a registry with %o",
    async (kind) => {
      await open(kind);
      expect(await push("acme/app:v1")).toMatchObject({
        repository: `${registry.host}/acme/app`,
        images: [{ digest: index.descriptor.digest, tags: ["v1"], referrers: 3 }],
        transfer: { requests: registry.requests.length },
        pushed: true,
      });
      expect(await remote().resolve("v1")).toEqual(index.descriptor);
      for (const [subject, attached] of [
        [index, signature],
        [signature.manifest, timestamp],
        [amd64.manifest, platformSignature],
      ] as const)
        expect((await remote().referrers(subject.descriptor.digest)).map(({ digest }) => digest)).toEqual(
          digestsOf([attached.manifest]),
        );
    },
  );

  it("sets the tag when what is attached is there", async () => {
    await push("acme/app:v1");
    const put = registry.requests.filter(({ method }) => method === "PUT").map(({ path }) => path.split("/").at(-1));
    expect(put.at(-1)).toBe("v1");
    // Where nobody lists referrers, each is put at its own tag.
    for (const { manifest } of referrers)
      expect(put).toContainEqual(expect.stringMatching(new RegExp(`\\.${shortHexOf(manifest.descriptor.digest)}$`)));
  });

  it("sends nothing the second time, and what was attached since", async () => {
    await push("acme/app:v1");
    const again = await push("acme/app:v1");
    expect(again.transfer).toMatchObject({ bytes: 0, blobs: 0 });
    const late = referrerTo(index.descriptor, "late", note);
    const layout = new FsLayoutStore(dir);
    await pushAll(layout, piecesOf(late));
    await layout.attach([late.manifest.descriptor]);
    expect((await push("acme/app:v1")).images[0]?.referrers).toBe(4);
    expect(await remote().referrers(index.descriptor.digest)).toHaveLength(2);
  });

  it("mounts all of it from where it was pushed to before in the same registry", async () => {
    const first = await push("acme/staging:v1");
    expect(first.transfer.mounted).toBe(0);
    const blobs = new Set(digestsOf([...amd64.layers, ...arm64.layers, amd64.config, arm64.config]));
    expect((await push("acme/app:v1")).transfer).toMatchObject({ mounted: blobs.size });
    expect(events).toContainEqual(expect.objectContaining({ kind: "blob-mounted", from: "acme/staging" }));
    facts.set([...facts.keys()][0] ?? "", "acme/gone");
    expect((await push("acme/other:v1")).transfer).toMatchObject({ mounted: 0 });
    expect((await remote().resolve("v1"))?.digest).toBe(index.descriptor.digest);
  });

  it("takes every image of a layout under its own tags, and one that is named", async () => {
    const other = imageOf("other", ["shared", "other"]);
    const layout = new FsLayoutStore(dir);
    await pushAll(layout, piecesOf(other));
    await layout.tag(other.manifest.descriptor, "other");
    expect((await push("acme/app")).images.map(({ tags }) => tags)).toEqual([["other"], ["production"]]);
    expect(await remote().tags()).toEqual(expect.arrayContaining(["other", "production"]));
    expect((await push("acme/app:v2", { from: "other" })).images).toMatchObject([{ digest: other.manifest.descriptor.digest }]);
    await expect(push("acme/app:v3")).rejects.toMatchObject({ code: "USAGE", exitCode: 64 });
  });

  it("takes signatures of the older kind under their tags", async () => {
    const old = imageOf("old signature", ["payload"]);
    const tag = `${index.descriptor.digest.replace(":", "-")}.sig`;
    const layout = new FsLayoutStore(dir);
    await pushAll(layout, piecesOf(old));
    await layout.tag(old.manifest.descriptor, tag);
    expect((await push("acme/app:v1")).images).toMatchObject([{ tags: ["v1"], referrers: 4 }]);
    expect(await remote().resolve(tag)).toEqual(old.manifest.descriptor);
  });

  it("only looks with a dry run, at every byte", async () => {
    expect(await push("acme/app:v1", { dryRun: true })).toMatchObject({ pushed: false, images: [{ referrers: 3 }] });
    expect(registry.requests).toEqual([]);
    expect(events).toMatchObject([{ kind: "step", message: expect.stringContaining("would push") }]);
    await chmod(blob(amd64.layers[0]), 0o644);
    await writeFile(blob(amd64.layers[0]), "SHARED");
    await expect(push("acme/app:v1", { dryRun: true })).rejects.toMatchObject({ code: "CONTENT_MISMATCH", exitCode: 65 });
  });
});

describe("a layout is refused", () => {
  it.each<[string, () => Promise<void>, string, number]>([
    ["without a marker", () => unlink(join(dir, "oci-layout")), "OCI_INVALID", 65],
    ["without an index", () => unlink(join(dir, "index.json")), "OCI_INVALID", 65],
    ["with an empty index", () => writeFile(join(dir, "index.json"), ""), "OCI_INVALID", 65],
    ["of another version", () => writeFile(join(dir, "oci-layout"), '{"imageLayoutVersion":"9"}'), "OCI_INVALID", 65],
    ["that lacks a layer", () => unlink(blob(amd64.layers[1])), "CONTENT_MISSING", 69],
    ["that lacks a manifest", () => unlink(blob(arm64.manifest)), "CONTENT_MISSING", 69],
    ["that lacks what is attached", () => unlink(blob(signature.layers[0])), "CONTENT_MISSING", 69],
    [
      "with a layer that was cut",
      async () => {
        await chmod(blob(amd64.layers[1]), 0o644);
        await truncate(blob(amd64.layers[1]), 3);
      },
      "CONTENT_MISSING",
      69,
    ],
  ])("%s, before anything is sent", async (_, damage, code, exitCode) => {
    await damage();
    await expect(push("acme/app:v1")).rejects.toMatchObject({ code, exitCode });
    expect(registry.requests).toEqual([]);
  });

  it("that is a file, or not there", async () => {
    await rm(dir, { recursive: true });
    await expect(push("acme/app:v1")).rejects.toMatchObject({ code: "OCI_INVALID" });
    await writeFile(dir, "");
    await expect(push("acme/app:v1")).rejects.toMatchObject({ code: "OCI_INVALID" });
  });

  it("with a blob that is other content, and nothing is tagged", async () => {
    await chmod(blob(amd64.layers[1]), 0o644);
    await writeFile(blob(amd64.layers[1]), "APPLICATION");
    await expect(push("acme/app:v1")).rejects.toMatchObject({ code: "CONTENT_MISMATCH", exitCode: 65 });
    expect(await remote().tags()).toEqual([]);
  });
});

it("a push that the registry refuses leaves no tag", async () => {
  fault = ({ method, path }) =>
    method === "PUT" && path.endsWith(shortHexOf(signature.manifest.descriptor.digest))
      ? { kind: "status", status: 403 }
      : undefined;
  await expect(push("acme/app:v1")).rejects.toMatchObject({ code: "REGISTRY_DENIED", exitCode: 77 });
  expect(await remote().resolve("v1")).toBeUndefined();
});

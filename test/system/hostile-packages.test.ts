import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../src/core/digest.ts";
import { parsePackageName } from "../../src/core/package-name.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { goodTar, HOSTILE_ARCHIVES, publishHostile, type Tampering } from "../support/hostile-packages.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../support/loopback-registry.ts";
import { portOf } from "../support/loopback-port.ts";
import { testMetadata } from "../support/published-package.ts";
import { rebuildIndexIn } from "../support/rebuild-index.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { createDesk, type Desk, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

/*
 * Hostile archives and registries, against the built program: each ends in a code with exit 65 or 69, and nothing differs afterwards but content
 * that its digest proves. Contracts, §§4 and 5.
 */

let desk: Desk;
beforeAll(() => {
  desk = createDesk();
});
afterAll(() => desk.remove());

/** A project of its own for each case, beside what must not be touched. */
interface Place {
  readonly folder: string;
  readonly app: string;
  readonly cache: string;
  readonly registry: string;
}

function lay(index: (place: Place) => string): Place {
  const folder = mkdtempSync(join(desk.folder, "case-"));
  const place = { folder, app: join(folder, "app"), cache: join(folder, "cache"), registry: join(folder, "registry") };
  mkdirSync(place.app);
  mkdirSync(place.cache);
  writeFileSync(join(folder, "evil"), "untouched");
  writeFileSync(
    join(place.app, "Vox.toml"),
    `[package]\nname = "app"\nkind = "application"\n[registries.default]\nindex = "${index(place)}"\n[dependencies]\ndemo = "1"\n`,
  );
  return place;
}

const vox = ({ app, cache }: Place, args: readonly string[]): Promise<VoxRun> =>
  desk.vox([...args, "--json"], { cwd: app, env: { VOX_CACHE_DIR: cache } });

/** Content that its own name proves, and notes of what registries said. */
const isProved = (cache: string, path: string): boolean => {
  const name = /^(?:blobs\/sha256|metadata\/documents\/[0-9a-f]{2})\/([0-9a-f]{64})$/.exec(path)?.[1];
  if (name !== undefined)
    return (
      createHash("sha256")
        .update(readFileSync(join(cache, path)))
        .digest("hex") === name
    );
  return path.endsWith("/") ? !path.startsWith("closures/") || path === "closures/" : path.startsWith("metadata/facts/");
};

/** Runs, and proves that it failed by this code and changed nothing. */
async function refused(place: Place, args: readonly string[], code: string, exitCode: number): Promise<VoxRun> {
  const before = snapshot(place.folder);
  const run = await vox(place, args);
  expect([run.exitCode, textAt(run.json(), "error", "code")], run.stderr).toEqual([exitCode, code]);
  const after = snapshot(place.folder);
  const isNew = (path: string): boolean => before[path] === undefined;
  const unproved = Object.keys(after).filter(
    (path) => isNew(path) && !(path.startsWith("cache/") && isProved(place.cache, path.slice("cache/".length))),
  );
  expect(unproved).toEqual([]);
  for (const [path, content] of Object.entries(before)) {
    if (!path.startsWith("cache/metadata/facts/")) expect([path, after[path]]).toEqual([path, content]);
  }
  return run;
}

const EXIT: Readonly<Record<string, number>> = { REGISTRY_UNAVAILABLE: 69, CONTENT_MISSING: 69 };
const exitOf = (code: string): number => EXIT[code] ?? 65;

const open = ({ registry }: Place): FsLayoutStore => new FsLayoutStore(join(registry, "demo"));

it("without a fault, the same package is locked and synced", async () => {
  const place = lay(() => "file:../registry");
  await publishHostile(open(place), { tar: goodTar, blob: gzipSync(goodTar) });
  succeeded(await vox(place, ["sync"]));
  expect(snapshot(join(place.app, ".vox_modules/demo"))).toHaveProperty(["Vox.toml"]);
});

describe("`content-proved`: an archive with", () => {
  it.each(HOSTILE_ARCHIVES)("$rule is refused as $code, by what unpacks it", async ({ code, make }) => {
    const place = lay(() => "file:../registry");
    await publishHostile(open(place), make());
    succeeded(await vox(place, ["lock"]));
    const run = await refused(place, ["sync", "--frozen"], code, 65);
    expect(textAt(run.json(), "error", "message")).toContain("demo");
    rmSync(place.folder, { recursive: true });
  });
});

const archive = { tar: goodTar, blob: gzipSync(goodTar) };
const FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

/** What a release's documents say, and the command that notices. */
const RELEASES: readonly (readonly [string, Tampering, "lock" | "sync", string])[] = [
  ["a layer of a foreign type", { layer: { mediaType: FOREIGN } }, "lock", "OCI_INVALID"],
  ["a layer of an unknown type", { layer: { mediaType: "application/octet-stream" } }, "lock", "OCI_INVALID"],
  ["two layers", { manifest: { layers: [{}, {}] } }, "lock", "OCI_INVALID"],
  ["no layer", { manifest: { layers: [] } }, "lock", "OCI_INVALID"],
  ["a layer's digest that is none", { layer: { digest: "sha256:evil" } }, "lock", "OCI_INVALID"],
  ["a layer's size that is none", { layer: { size: -1 } }, "lock", "OCI_INVALID"],
  ["`data` that is other than its digest", { configDescriptor: { data: "e30=" } }, "lock", "CONTENT_MISMATCH"],
  ["a config of another size", { configDescriptor: { data: undefined, size: 7 } }, "lock", "CONTENT_MISMATCH"],
  [
    "a config that is not there",
    { configDescriptor: { data: undefined, digest: digestOf("evil") } },
    "lock",
    "CONTENT_MISSING",
  ],
  ["another artifact type", { manifest: { artifactType: "application/vnd.evil" } }, "lock", "OCI_INVALID"],
  [
    "a media type that is another's",
    { manifest: { mediaType: "application/vnd.oci.image.index.v1+json" } },
    "lock",
    "OCI_INVALID",
  ],
  [
    "annotations of another package",
    { manifest: { annotations: { "org.opencontainers.image.title": "evil" } } },
    "lock",
    "OCI_INVALID",
  ],
  ["a config without metadata", { config: { config: {} } }, "lock", "OCI_INVALID"],
  ["metadata that is no JSON", { config: { config: { Labels: { "dev.vox.package": "{" } } } }, "lock", "OCI_INVALID"],
  [
    "metadata that depends on a name outside the registry",
    {
      config: {
        config: {
          Labels: {
            "dev.vox.package": JSON.stringify({
              ...testMetadata(parsePackageName("demo"), "1.0.0", []),
              dependencies: [{ name: "../evil", requirement: "1", optional: false, features: [], defaultFeatures: true }],
            }),
          },
        },
      },
    },
    "lock",
    "OCI_INVALID",
  ],
  ["a layer of another size", { layer: { size: archive.blob.length + 1 } }, "sync", "CONTENT_MISMATCH"],
  ["another diff-id", { diffId: digestOf("evil") }, "sync", "CONTENT_MISMATCH"],
  ["an archive that is not there", { withoutBlob: true }, "sync", "CONTENT_MISSING"],
];

describe("a release with", () => {
  it.each(RELEASES)("%s is refused by vox %3$s", async (_, tampering, command, code) => {
    const place = lay(() => "file:../registry");
    await publishHostile(open(place), archive, tampering);
    if (command === "sync") succeeded(await vox(place, ["lock"]));
    await refused(place, command === "lock" ? ["lock"] : ["sync", "--frozen"], code, exitOf(code));
    rmSync(place.folder, { recursive: true });
  });

  it.each<[string, (place: Place) => void, string]>([
    ["an index that is no JSON", ({ registry }) => writeFileSync(join(registry, "demo/index.json"), "{"), "OCI_INVALID"],
    ["an empty index", ({ registry }) => writeFileSync(join(registry, "demo/index.json"), ""), "OCI_INVALID"],
    ["no `oci-layout`", ({ registry }) => rmSync(join(registry, "demo/oci-layout")), "OCI_INVALID"],
    [
      "a folder in the place of its index",
      ({ registry }) => {
        rmSync(join(registry, "demo/index.json"));
        mkdirSync(join(registry, "demo/index.json"));
      },
      "FILE_UNREADABLE",
    ],
  ])("%s in its folder is refused", async (_, spoil, code) => {
    const place = lay(() => "file:../registry");
    await publishHostile(open(place), archive);
    spoil(place);
    await refused(place, ["lock"], code, 65);
  });
});

const answering = (body: string, headers: Record<string, string> = {}, status = 200): Fault => ({
  kind: "status",
  status,
  headers,
  body,
});
const TAGS = /\/tags\/list$/;
const MANIFEST_PATH = /\/demo\/manifests\//;
const BLOB = /\/demo\/blobs\//;
const NEXT = { link: '</v2/vox/demo/tags/list?n=1&last=1.0.0>; rel="next"' };

/** What a registry answers to whom, and what comes of it: without an index, and with one that names the package. */
const ANSWERS: readonly (readonly [string, RegExp, Fault, "lock" | "sync", string | undefined, string | undefined])[] = [
  [
    "tags that are no versions, which are passed over",
    TAGS,
    answering('{"tags":["../../evil","latest","v1","1.0.0"]}'),
    "lock",
    undefined,
    undefined,
  ],
  ["tags that are no JSON", TAGS, answering("<html>"), "lock", "REGISTRY_UNAVAILABLE", undefined],
  ["tags that are no list", TAGS, answering('{"tags":"all"}'), "lock", "REGISTRY_UNAVAILABLE", undefined],
  ["tags without end", TAGS, answering('{"tags":["1.0.0"]}', NEXT), "lock", "REGISTRY_UNAVAILABLE", undefined],
  ["more tags than a page holds", TAGS, answering("x".repeat(9_000_000)), "lock", "CONTENT_TOO_LARGE", undefined],
  ["tags that break off", TAGS, { kind: "cut", afterBytes: 5 }, "lock", "REGISTRY_UNAVAILABLE", undefined],
  ["manifests with a turned bit", MANIFEST_PATH, { kind: "corrupt" }, "lock", "CONTENT_MISMATCH", "CONTENT_MISMATCH"],
  ["manifests that are web pages", MANIFEST_PATH, answering("<html>captive portal"), "lock", "OCI_INVALID", "OCI_INVALID"],
  ["manifests without end", MANIFEST_PATH, answering("x".repeat(5_000_000)), "lock", "CONTENT_TOO_LARGE", "CONTENT_TOO_LARGE"],
  [
    "redirects round and round",
    MANIFEST_PATH,
    answering("", { location: "/v2/vox/demo/manifests/1.0.0" }, 307),
    "lock",
    "REGISTRY_UNAVAILABLE",
    "REGISTRY_UNAVAILABLE",
  ],
  [
    "a redirect to a file",
    MANIFEST_PATH,
    answering("", { location: "file:///etc/passwd" }, 307),
    "lock",
    "REGISTRY_UNAVAILABLE",
    "REGISTRY_UNAVAILABLE",
  ],
  ["archives with a turned bit", BLOB, { kind: "corrupt" }, "sync", "CONTENT_MISMATCH", "CONTENT_MISMATCH"],
  ["archives that are too short", BLOB, answering("short"), "sync", "CONTENT_MISMATCH", "CONTENT_MISMATCH"],
  ["archives that are too long", BLOB, answering("x".repeat(100_000)), "sync", "CONTENT_MISMATCH", "CONTENT_MISMATCH"],
  ["archives that are not there", BLOB, answering("", {}, 404), "sync", "CONTENT_MISSING", "CONTENT_MISSING"],
  [
    "archives that break off, again and again",
    BLOB,
    { kind: "cut", afterBytes: 10 },
    "sync",
    "REGISTRY_UNAVAILABLE",
    "REGISTRY_UNAVAILABLE",
  ],
];

describe.each([{ kind: "without an index" }, { kind: "with an index" }])("a registry $kind that answers", ({ kind }) => {
  let registry: LoopbackRegistry;
  let fault: (request: RecordedRequest) => Fault | undefined;
  let place: Place;

  beforeEach(async () => {
    fault = () => undefined;
    registry = await startLoopbackRegistry({ fault: (request) => fault(request) });
    place = lay(() => `oci://${registry.host}/vox`);
    await publishHostile(registry.repository("vox/demo"), archive);
    if (kind === "with an index") await rebuildIndexIn(registry.host, "vox", ["demo"]);
  });
  afterEach(() => registry.close());

  it.each(ANSWERS)("%s does no harm", async (_, path, wrong, command, plain, hinted) => {
    if (command === "sync") succeeded(await vox(place, ["lock"]));
    fault = (request) => (path.test(request.path) ? wrong : undefined);
    const code = kind === "with an index" ? hinted : plain;
    const args = command === "lock" ? ["lock"] : ["sync", "--frozen"];
    if (code === undefined) succeeded(await vox(place, args));
    else await refused(place, args, code, exitOf(code));
  });
});

describe("a registry whose descriptors lead elsewhere", () => {
  let elsewhere: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    elsewhere = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(archive.blob);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => elsewhere.close(resolve)));

  it("by `urls` is not followed there", async () => {
    const place = lay(() => "file:../registry");
    const urls = [`http://127.0.0.1:${portOf(elsewhere)}/blob`];
    await publishHostile(open(place), archive, { layer: { urls }, withoutBlob: true });
    succeeded(await vox(place, ["lock"]));
    await refused(place, ["sync", "--frozen"], "CONTENT_MISSING", 69);
    expect(asked).toEqual([]);
  });
});

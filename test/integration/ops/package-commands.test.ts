import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { yankTag } from "../../../src/pm/registry/version-tag.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { descriptorOf } from "../../../src/oci/parse-descriptor.ts";
import type { Fault } from "../../support/loopback-registry.ts";
import { startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { REGISTRY_SUBJECTS, type RegistrySubject } from "../../support/registry-subjects.ts";
import { at, createDesk, type Desk, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

interface Written {
  readonly name: string;
  readonly version: string;
  /** Lines of [package], then tables. */
  readonly more?: string;
}

const PUBLISHED_AT = "1772546700";
let desk: Desk;
let index: string;

beforeEach(() => {
  desk = createDesk();
});
afterEach(() => desk.remove());

function write({ name, version, more = "" }: Written): string {
  const folder = join(desk.folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Vox.toml"), `[package]\nname = "${name}"\nversion = "${version}"\n${more}`);
  return folder;
}

function vox(args: readonly string[], cwd = desk.folder): Promise<VoxRun> {
  const env = { ...desk.env, VOX_REGISTRY: index, SOURCE_DATE_EPOCH: PUBLISHED_AT };
  return voxInProcess(args, { env, cwd });
}

async function publish(written: Written): Promise<void> {
  succeeded(await vox(["pm", "publish"], write(written)));
}

const tokenizer = (version: string): Written => ({
  name: "tokenizer",
  version,
  more: 'description = "Splits text\\u001b[31m into words"\nkeywords = ["nlp", "text"]\n',
});
const ROUTER: Written = {
  name: "http-router",
  version: "2.3.1",
  more: `description = "Routes requests"
license = "Apache-2.0"
repository = "https://example.com/router"
keywords = ["web", "http"]
[dependencies]
tokenizer = { version = "^1", optional = true, default-features = false }
[features]
default = ["words"]
words = ["dep:tokenizer"]
`,
};

/** What differs between machines and runs, taken out. */
const scrubbed = (text: string): string =>
  text
    .replaceAll(index, "$REGISTRY")
    .replaceAll(desk.folder, "$DESK")
    .replaceAll(/[0-9a-f]{64}/g, "…");

describe.each(REGISTRY_SUBJECTS)("in %s", (_, open) => {
  let subject: RegistrySubject;
  beforeEach(async () => {
    subject = await open(desk);
    index = subject.index;
    for (const version of ["1.0.0", "1.1.0", "1.2.0-rc.1"]) await publish(tokenizer(version));
  });
  afterEach(() => subject[Symbol.asyncDispose]());

  const lockedVersion = (): string =>
    /name = "tokenizer"\nversion = "(.*)"/.exec(readFileSync(join(desk.folder, "app/vox.lock"), "utf8"))?.[1] ?? "none";
  async function lock(range: string): Promise<string> {
    const folder = write({ name: "app", version: "0.1.0", more: `[dependencies]\ntokenizer = "${range}"\n` });
    succeeded(await vox(["lock"], folder));
    return lockedVersion();
  }

  it("a yanked version is passed over when versions are chosen, unless it is locked or asked for exactly, and nothing of it is lost", async () => {
    const repository = subject.open("tokenizer");
    const [before, tags] = [await repository.resolve("1.1.0"), await repository.tags()];
    expect(await lock("^1.0")).toBe("1.1.0");
    const yanked = succeeded(await vox(["pm", "yank", "tokenizer@1.1.0", "--reason", "splits é"]));
    expect(yanked.stderr).toBe("yanked tokenizer@1.1.0 in registry default: splits é\n");
    expect(await lock("^1.0")).toBe("1.1.0");
    rmSync(join(desk.folder, "app/vox.lock"));
    expect(await lock("^1.0")).toBe("1.0.0");
    expect(await lock("=1.1.0")).toBe("1.1.0");
    succeeded(await vox(["pm", "yank", "tokenizer@1.1.0", "--undo"]));
    rmSync(join(desk.folder, "app/vox.lock"));
    expect(await lock("^1.0")).toBe("1.1.0");
    expect(await subject.open("tokenizer").resolve("1.1.0")).toEqual(before);
    expect(await subject.open("tokenizer").tags()).toEqual([...tags, "yank_1.1.0"]);
  });

  it("yanking twice is no fault, a reason stays until another is given, and marks of equal content do not touch each other", async () => {
    const yank = async (...args: string[]): Promise<unknown> => succeeded(await vox(["pm", "yank", ...args, "--json"])).json();
    const first = await yank("tokenizer@1.0.0", "--reason", "leaks");
    expect(first).toEqual({
      name: "tokenizer",
      version: "1.0.0",
      registry: "default",
      reference: `${index}/tokenizer:yank_1.0.0`,
      yanked: true,
      reason: "leaks",
      changed: true,
    });
    expect(await yank("tokenizer@1.0.0")).toMatchObject({ reason: "leaks", changed: false });
    await yank("tokenizer@1.1.0", "--reason", "leaks");
    expect(await yank("tokenizer@1.0.0", "--undo")).toMatchObject({ yanked: false, reason: "leaks", changed: true });
    expect(await yank("tokenizer@1.0.0", "--undo")).toMatchObject({ changed: false });
    expect(at(succeeded(await vox(["pm", "info", "tokenizer", "--json"])).json(), "versions")).toEqual([
      { version: "1.2.0-rc.1", yanked: false, reason: null },
      { version: "1.1.0", yanked: true, reason: "leaks" },
      { version: "1.0.0", yanked: false, reason: null },
    ]);
    expect(await yank("tokenizer@1.0.0", "--reason", "again")).toMatchObject({ reason: "again", changed: true });
  });

  it("a mark that cannot be understood is replaced", async () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests: [] }),
    );
    const broken = descriptorOf(bytes, MEDIA_TYPE.imageIndex);
    const repository = subject.open("tokenizer");
    await repository.push(broken, streamOf(bytes));
    await repository.tag(broken, yankTag("1.1.0"));
    expect((await vox(["pm", "info", "tokenizer"])).exitCode).toBe(65);
    succeeded(await vox(["pm", "yank", "tokenizer@1.1.0", "--undo", "--reason", "never meant"]));
    expect(succeeded(await vox(["pm", "info", "tokenizer", "--json"])).json()).toMatchObject({ version: "1.1.0" });
  });

  it("what is not there, or not asked for properly, is told by a code, and nothing is marked", async () => {
    const wrong: readonly (readonly [string, number, string])[] = [
      ["yank tokenizer@9.0.0", 1, "VERSION_UNKNOWN"],
      ["yank tokenizer@^1", 1, "VERSION_UNKNOWN"],
      ["yank absent@1.0.0", 1, "PACKAGE_UNKNOWN"],
      ["yank tokenizer", 64, "USAGE"],
      ["yank tokenizer@1.0.0 --reason \u0007", 64, "USAGE"],
      ["yank ../evil@1.0.0", 65, "NAME_INVALID"],
      ["info tokenizer@9.0.0", 1, "VERSION_UNKNOWN"],
      ["info absent", 1, "PACKAGE_UNKNOWN"],
      ["info tokenizer --registry corp", 65, "MANIFEST_MISSING"],
      ["search x --limit 0", 64, "USAGE"],
    ];
    for (const [args, exitCode, code] of wrong) {
      const run = await vox(["pm", ...args.split(" "), "--json"]);
      expect([args, run.exitCode, textAt(run.json(), "error", "code")]).toEqual([args, exitCode, code]);
    }
    expect((await subject.open("tokenizer").tags()).filter((tag) => tag.startsWith("yank_"))).toEqual([]);
  });

  it("tells what it has of a package, in any spelling of its name", async () => {
    await publish(ROUTER);
    succeeded(await vox(["pm", "yank", "tokenizer@1.0.0", "--reason", "splits é"]));
    const said = [
      ...["http-router", "tokenizer", "tokenizer@1.0.0"].map((name) => ["pm", "info", name]),
      ["pm", "info", "http_router", "--json"],
    ];
    let text = "";
    for (const args of said) text += `$ vox ${args.join(" ")}\n${succeeded(await vox(args)).stdout}\n`;
    await expect(scrubbed(text)).toMatchFileSnapshot("../../goldens/cli/pm-info.txt");
  });

  it("is searched by its index, or without one by its list, and says which", async () => {
    await publish(ROUTER);
    await publish({ name: "http", version: "0.1.0" });
    await publish({ name: "old-http", version: "0.1.0", more: 'description = "Superseded"\n' });
    succeeded(await vox(["pm", "yank", "old-http@0.1.0"]));
    succeeded(await vox(["pm", "index"]));
    const said = [["http"], ["HTTP"], ["web"], ["words"], ["nothing"], ["http", "--limit", "1"], ["http", "--json"]];
    let text = "";
    for (const args of said) {
      const run = succeeded(await vox(["pm", "search", ...args]));
      text += `$ vox pm search ${args.join(" ")}\n${run.stdout}${run.stderr}\n`;
    }
    await expect(scrubbed(text)).toMatchFileSnapshot("../../goldens/cli/pm-search.txt");
  });
});

it("a folder without an index is searched whole, descriptions too", async () => {
  index = `file:${join(desk.folder, "registry")}`;
  for (const written of [tokenizer("1.0.0"), ROUTER, { name: "http", version: "0.1.0" }]) await publish(written);
  const run = succeeded(await vox(["pm", "search", "http", "--json"]));
  expect(run.json()).toMatchObject({ source: "list", total: 2, packages: [{ name: "http" }, { name: "http-router" }] });
  expect(succeeded(await vox(["pm", "search", "words"])).stdout).toContain("tokenizer");
});

const answering = (status: number, headers: Record<string, string> = {}): Fault => ({ kind: "status", status, headers });

describe("a registry that has no index", () => {
  const isIndex = (path: string): boolean => path.includes("/vox-index/");

  it("is searched by its catalog, page by page, and by name alone", async () => {
    await using registry = await startLoopbackRegistry({
      catalogPageSize: 2,
      fault: ({ path }) => (isIndex(path) ? answering(404) : undefined),
    });
    index = `oci://${registry.host}/vox`;
    for (const written of [tokenizer("1.0.0"), ROUTER, { name: "http", version: "0.1.0" }]) await publish(written);
    const images = registry.repository("vox/http-image");
    images.add(Buffer.from("x"), "text/plain");
    const run = succeeded(await vox(["pm", "search", "http", "--json"]));
    expect(run.json()).toMatchObject({
      source: "list",
      total: 2,
      packages: [
        { name: "http", match: "exact" },
        { name: "http-router", version: "2.3.1", description: "Routes requests", match: "prefix" },
      ],
    });
    expect(succeeded(await vox(["pm", "search", "http"])).stderr).toContain("registry default has no index");
    expect(at(succeeded(await vox(["pm", "search", "words", "--json"])).json(), "total")).toBe(0);
  });

  it.each([
    ["nor a catalog", 404, 404, 69, "SEARCH_UNSUPPORTED"],
    ["nor shows its catalog", 404, 401, 69, "SEARCH_UNSUPPORTED"],
    ["nor a catalog that it implements", 404, 405, 69, "SEARCH_UNSUPPORTED"],
    ["to show to us, nor a catalog", 403, 401, 77, "REGISTRY_DENIED"],
    ["and fails", 500, 404, 69, "REGISTRY_UNAVAILABLE"],
  ])("%s ends the search with a code (index %i, catalog %i → exit %i, %s)", async (_, indexStatus, catalog, exitCode, code) => {
    await using registry = await startLoopbackRegistry({
      fault: ({ path }) => {
        if (isIndex(path)) return answering(indexStatus, { "retry-after": "0" });
        return path === "/v2/_catalog" ? answering(catalog) : undefined;
      },
    });
    index = `oci://${registry.host}/vox`;
    const run = await vox(["pm", "search", "x", "--json"]);
    expect(textAt(run.json(), "error", "code")).toBe(code);
    expect(run.exitCode).toBe(exitCode);
  });
});

it("a yank that another one overtakes is noticed", async () => {
  let marked = false;
  const other = { "content-type": MEDIA_TYPE.imageManifest, "docker-content-digest": digestOf("other"), "content-length": "9" };
  await using registry = await startLoopbackRegistry({
    fault: ({ method, path }) => {
      if (!path.endsWith("/manifests/yank_1.0.0")) return undefined;
      if (method === "PUT") marked = true;
      return method === "HEAD" && marked ? answering(200, other) : undefined;
    },
  });
  index = `oci://${registry.host}/vox`;
  await publish(tokenizer("1.0.0"));
  const run = await vox(["pm", "yank", "tokenizer@1.0.0"]);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("error[PUBLISH_RACE]");
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IndexEntry } from "../../../src/contracts/index-entry.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { RegistryIndex } from "../../../src/pm/registry/index/registry-index.ts";
import { updateIndex } from "../../../src/pm/registry/index/update-index.ts";
import { publishYank } from "../../../src/pm/registry/publish.ts";
import type { Repository } from "../../../src/oci/content-store.ts";
import { hasDockerRegistry, startDockerRegistry } from "../../support/docker-registry.ts";
import { startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { clientOf } from "../../support/remote-subject.ts";
import { createDesk, type Desk, succeeded, textAt } from "../../support/vox-cli.ts";

interface Subject extends AsyncDisposable {
  readonly index: string;
  open(name: string): Repository;
  /** Requests since the last call; undefined where nobody counts. */
  takeRequests?(): readonly string[];
}

async function loopbackSubject(): Promise<Subject> {
  const registry = await startLoopbackRegistry();
  const client = clientOf(registry.host);
  return {
    index: `oci://${registry.host}/vox`,
    open: (name) => new RemoteStore(client, `vox/${name}`, { access: "push" }),
    takeRequests: () => registry.requests.splice(0).map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: () => registry.close(),
  };
}

async function dockerSubject(): Promise<Subject> {
  const registry = await startDockerRegistry();
  const client = clientOf(registry.host);
  return {
    index: `oci://${registry.host}/vox`,
    open: (name) => new RemoteStore(client, `vox/${name}`, { access: "push" }),
    [Symbol.asyncDispose]: () => registry.close(),
  };
}

async function folderSubject(desk: Desk): Promise<Subject> {
  const dir = join(desk.folder, "registry");
  return {
    index: `file:${dir}`,
    open: (name) => new FsLayoutStore(join(dir, name)),
    [Symbol.asyncDispose]: async () => {},
  };
}

const SUBJECTS: readonly (readonly [string, (desk: Desk) => Promise<Subject>])[] = [
  ["a folder", folderSubject],
  ["an OCI registry", loopbackSubject],
  ...(hasDockerRegistry() ? ([["the distribution's own registry", dockerSubject]] as const) : []),
];

describe.each(SUBJECTS)("the index in %s", (kind, open) => {
  let desk: Desk;
  let subject: Subject;

  beforeEach(async () => {
    desk = createDesk();
    subject = await open(desk);
    write("tokenizer", "1.0.0");
    write("router", "1.0.0", { tokenizer: "^1" });
    write("app", "1.0.0", { router: "^1" });
    for (const name of ["tokenizer", "router"]) succeeded(await vox(name, "pm", "publish"));
    succeeded(await vox("app", "pm", "index"));
    subject.takeRequests?.();
  });
  afterEach(async () => {
    await subject[Symbol.asyncDispose]();
    desk.remove();
  });

  function write(name: string, version: string, asks: Readonly<Record<string, string>> = {}): void {
    mkdirSync(join(desk.folder, name), { recursive: true });
    const lines = Object.entries(asks).map(([dependency, range]) => `${dependency} = "${range}"\n`);
    const text = `[package]\nname = "${name}"\nversion = "${version}"\n\n[dependencies]\n${lines.join("")}`;
    writeFileSync(join(desk.folder, name, "Vox.toml"), text);
  }

  const vox = (folder: string, ...args: string[]) =>
    desk.vox(args, { cwd: join(desk.folder, folder), env: { VOX_REGISTRY: subject.index } });

  const lockText = (): string => readFileSync(join(desk.folder, "app/vox.lock"), "utf8");
  const entriesOf = async (name: string) =>
    (await (await RegistryIndex.open(subject.open("vox-index")))?.entries(parsePackageName(name))) ?? [];

  /** Has the index say something else of a name. */
  const lie = (name: string, change: (entry: IndexEntry) => IndexEntry) =>
    updateIndex(subject.open("vox-index"), [parsePackageName(name)], async (_name, known) => known.map(change));

  it("says of each version what the registry holds", async () => {
    expect((await entriesOf("router")).map(({ version, dependencies }) => [version, dependencies[0]?.name])).toEqual([
      ["1.0.0", "tokenizer"],
    ]);
    expect(await entriesOf("nobody")).toEqual([]);
  });

  it("tells of a version as soon as it is published", async () => {
    write("router", "1.1.0", { tokenizer: "^1" });
    succeeded(await vox("router", "pm", "publish"));
    expect((await entriesOf("router")).map(({ version }) => version)).toEqual(["1.0.0", "1.1.0"]);
    succeeded(await vox("app", "lock"));
    expect(lockText()).toContain('version = "1.1.0"');
  });

  it("gives the same lock as the tags do, and what it gave can be fetched", async () => {
    succeeded(await vox("app", "lock"));
    const withIndex = lockText();
    if (subject.takeRequests) expect(subject.takeRequests().some((request) => request.endsWith("/tags/list"))).toBe(false);
    rmSync(join(desk.folder, "app/vox.lock"));
    await lie("router", (entry) => ({ ...entry, archives: [] }));
    await lie("tokenizer", (entry) => ({ ...entry, archives: [] }));
    succeeded(await vox("app", "lock"));
    expect(lockText()).toBe(withIndex);
    succeeded(await vox("app", "sync"));
  });

  it("is not believed when it names other content: the tags are asked, and a warning names who lied", async () => {
    const digest = digestOf("something else");
    await lie("router", (entry) => ({ ...entry, archives: entry.archives.map((archive) => ({ ...archive, digest })) }));
    const run = succeeded(await vox("app", "lock"));
    expect(run.stderr).toContain("INDEX_WRONG");
    expect(lockText()).not.toContain(digest);
    succeeded(await vox("app", "sync"));
  });

  it("is not believed when it invents a version or hides a dependency", async () => {
    await lie("router", (entry) => ({ ...entry, version: "1.9.0", dependencies: [] }));
    expect(succeeded(await vox("app", "lock")).stderr).toContain("INDEX_WRONG");
    expect(lockText()).not.toContain("1.9.0");
    expect(lockText()).toContain('name = "tokenizer"');
  });

  it("is not believed when it lists a version that there is not, and says nothing of it that can be used", async () => {
    const platforms = [parsePlatform("linux/amd64")];
    await updateIndex(subject.open("vox-index"), [parsePackageName("router")], async (_name, known) => [
      ...known,
      ...known.map((entry) => ({ ...entry, version: "1.9.0", platforms })),
    ]);
    succeeded(await vox("app", "lock"));
    expect(lockText()).toContain('name = "router"\nversion = "1.0.0"');
  });

  it("that lacks what is asked for is behind: the tags are asked before there is no solution", async () => {
    write("router", "2.0.0", { tokenizer: "^1" });
    succeeded(await vox("router", "pm", "publish"));
    await updateIndex(subject.open("vox-index"), [parsePackageName("router")], async (_name, known) => known.slice(0, 1));
    write("app", "1.0.0", { router: "^2" });
    succeeded(await vox("app", "lock"));
    expect(lockText()).toContain('version = "2.0.0"');
  });

  it("that cannot be read is a warning and no more", async () => {
    const index = await RegistryIndex.open(subject.open("vox-index"));
    const shard = index?.shards.get("0");
    if (!shard) throw new Error("there is no shard");
    await subject
      .open("vox-index")
      .tag((await subject.open("router").resolve("1.0.0")) ?? shard, "v1")
      .catch(() => undefined);
    succeeded(await vox("app", "lock"));
    expect(lockText()).toContain('name = "tokenizer"');
  });

  it("reflects a yank when it is made anew", async () => {
    write("router", "1.1.0");
    succeeded(await vox("router", "pm", "publish"));
    await publishYank(subject.open("router"), "1.1.0", { yanked: true });
    const result = succeeded(await vox("app", "pm", "index", "--json")).json();
    expect(textAt(result, "registry")).toBe("default");
    expect((await entriesOf("router")).map(({ version, yanked }) => [version, yanked])).toEqual([
      ["1.0.0", false],
      ["1.1.0", true],
    ]);
    succeeded(await vox("app", "lock"));
    expect(lockText()).not.toContain("1.1.0");
  });

  it("answers offline from what was read before", async () => {
    succeeded(await vox("app", "lock"));
    const online = lockText();
    rmSync(join(desk.folder, "app/vox.lock"));
    succeeded(await vox("app", "lock", "--offline"));
    expect(lockText()).toBe(online);
  });

  it("has a name that no package can take", async () => {
    write("vox-index", "1.0.0");
    const run = await vox("vox-index", "pm", "publish", "--json");
    expect([kind, run.exitCode, textAt(run.json(), "error", "code")]).toEqual([kind, 65, "PUBLISH_REFUSED"]);
  });
});

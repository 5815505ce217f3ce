import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { VoxError } from "../../../src/errors/vox-error.ts";
import type { EditPorts } from "../../../src/ops/edit-manifest-file.ts";
import { openProject } from "../../../src/ops/open-project.ts";
import { removeDependencies } from "../../../src/ops/remove-dependencies.ts";
import type { ProjectFiles, ProjectWriter } from "../../../src/pm/manifest/project-files.ts";
import { createRuntime } from "../../../src/runtime/create-runtime.ts";
import { outputJsonSchemas } from "../../../src/contracts/output.ts";
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from "../../support/docker-registry.ts";
import { at, createDesk, type Desk, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What is published: name, version and the rest of the manifest. */
const PUBLISHED: readonly (readonly [string, string, string])[] = [
  ["bytes", "1.0.0", ""],
  ["bytes", "1.4.0", ""],
  ["bytes", "2.0.0", ""],
  ["bytes", "3.0.0-rc.1", ""],
  ["zstd", "1.0.0", ""],
  [
    "http-router",
    "2.1.0",
    '[dependencies]\nbytes = "^1"\nzstd = { version = "1", optional = true }\n[features]\ntls = ["dep:zstd"]\n',
  ],
  [
    "http-router",
    "2.2.0",
    '[dependencies]\nbytes = "^1.2"\nzstd = { version = "1", optional = true }\n[features]\ntls = ["dep:zstd"]\n',
  ],
  ["auth", "1.0.0", '[dependencies]\nhttp-router = { version = "^2", features = ["tls"] }\n'],
  ["test-kit", "0.3.0", '[dependencies]\nbytes = ">=1, <3"\n'],
  ["greeter", "1.0.0", "SKILL"],
];

const MANIFEST = '# the shop\r\n[package]\r\nname = "shop"   # short\r\nversion = "0.1.0"\r\n';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const schemas = outputJsonSchemas();

describe.each([
  { kind: "a folder", oci: false },
  { kind: "docker-registry", oci: true },
])("the commands that change and tell dependencies, on $kind", ({ oci }) => {
  const isHere = !oci || hasDockerRegistry();
  let desk: Desk;
  let service: DockerRegistry | undefined;
  let app: string;
  let index: string;

  const vox = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<VoxRun> =>
    desk.vox(args, { cwd: app, env: { VOX_REGISTRY: index, ...env } });
  const read = (name: string): string => readFileSync(join(app, name), "utf8");
  const done = async (...args: readonly string[]): Promise<VoxRun> => succeeded(await vox(args));
  const failing = async (code: string, exitCode: number, ...args: readonly string[]): Promise<string> => {
    const before = [read("Vox.toml"), read("vox.lock")];
    const run = await vox(["--json", ...args]);
    expect([run.exitCode, at(run.json(), "error", "code")]).toEqual([exitCode, code]);
    expect([read("Vox.toml"), read("vox.lock")]).toEqual(before);
    return textAt(run.json(), "error", "hint");
  };
  const document = async (schema: string, ...args: readonly string[]): Promise<unknown> => {
    const value = (await done("--json", ...args)).json();
    const validate = ajv.compile({ ...schemas.get(schema) });
    expect([validate(value), validate.errors]).toEqual([true, null]);
    return value;
  };

  beforeAll(async () => {
    if (!isHere) return;
    desk = createDesk();
    service = oci ? await startDockerRegistry() : undefined;
    index = service ? `oci://${service.host}/vox` : `file:${join(desk.folder, "registry")}`;
    app = join(desk.folder, "shop");
    for (const [name, version, rest] of PUBLISHED) {
      const folder = join(desk.folder, "packages", `${name}-${version}`);
      mkdirSync(folder, { recursive: true });
      const kind = rest === "SKILL" ? 'kind = "skill"\n' : "";
      const tables = rest === "SKILL" ? "" : rest;
      writeFileSync(join(folder, "Vox.toml"), `[package]\nname = "${name}"\nversion = "${version}"\n${kind}${tables}`);
      succeeded(await desk.vox(["pm", "publish"], { cwd: folder, env: { VOX_REGISTRY: index } }));
    }
  }, 120_000);

  afterAll(async () => {
    await service?.close();
    desk?.remove();
  });

  beforeEach(async () => {
    if (!isHere) return;
    rmSync(app, { recursive: true, force: true });
    mkdirSync(app);
    writeFileSync(join(app, "Vox.toml"), MANIFEST);
    await done("add", "http-router", "auth");
  });

  it.skipIf(!isHere)("`add` writes `^` and the highest release, keeps the file's bytes, and locks", async () => {
    const added = '\r\n[dependencies]\r\nauth = "^1.0.0"\r\nhttp-router = "^2.2.0"\r\n';
    expect(read("Vox.toml")).toBe(MANIFEST + added);
    expect(await document("lock", "lock", "--locked")).toMatchObject({ changed: false, packages: 4 });
    expect(await document("add", "add", "test-kit")).toMatchObject({ added: [{ name: "test-kit", version: "^0.3.0" }] });
  });

  it.skipIf(!isHere)("`add` without a solution writes nothing, and its hint is a command that works", async () => {
    const hint = await failing("NO_SOLUTION", 1, "add", "bytes@^2");
    const command = /`vox (.+?)`/.exec(hint)?.[1] ?? "";
    await done(...command.split(" "));
    expect(read("Vox.toml")).toContain("bytes = ");
  });

  it.skipIf(!isHere)("`add` refuses what it cannot mean, before anything is looked at", async () => {
    await failing("PACKAGE_UNKNOWN", 1, "add", "no-such-package");
    await failing("NAME_INVALID", 65, "add", "Bytes");
    await failing("VERSION_INVALID", 65, "add", "bytes@latest");
    await failing("REGISTRY_UNKNOWN", 65, "add", "bytes", "--registry", "corp");
    for (const args of [
      ["bytes", "--dev", "--skill"],
      ["bytes", "--dev", "--optional"],
      ["bytes", "--tag", "v1"],
      ["bytes", "--git", "https://example.com/x.git", "--tag", "a", "--rev", "b"],
      ["bytes", "--path", "x", "--registry", "default"],
      ["bytes", "zstd", "--features", "x"],
      ["bytes@1", "--git", "https://example.com/x.git"],
    ])
      await failing("USAGE", 64, "add", ...args);
  });

  it.skipIf(!isHere)("`add`, `remove` and `update` are refused where the lock is held", async () => {
    for (const flag of ["--locked", "--frozen"]) {
      expect(await failing("LOCK_STALE", 1, "add", "bytes", flag)).toContain("without `--locked`");
      await failing("LOCK_STALE", 1, "remove", "auth", flag);
      await failing("LOCK_STALE", 1, "update", flag);
    }
  });

  it.skipIf(!isHere)("`add` knows tables, features, folders and members", async () => {
    await done("add", "test-kit", "--dev");
    await done("add", "greeter", "--skill");
    await done("add", "http-router", "--features", "tls");
    await done("add", "zstd", "--optional");
    mkdirSync(join(desk.folder, "shared"), { recursive: true });
    writeFileSync(join(desk.folder, "shared/Vox.toml"), '[package]\nname = "shared"\nversion = "0.2.0"\n');
    await done("add", "shared", "--path", "../shared");
    expect(read("Vox.toml").replaceAll("\r\n", "\n").slice(MANIFEST.replaceAll("\r\n", "\n").length)).toBe(`
[dependencies]
auth = "^1.0.0"
http-router = { version = "^2.2.0", features = ["tls"] }
shared = { path = "../shared" }
zstd = { version = "^1.0.0", optional = true }

[dev-dependencies]
test-kit = "^0.3.0"

[skills]
greeter = "^1.0.0"
`);
    await done("lock", "--locked");
  });

  it.skipIf(!isHere)(
    "`remove` takes a dependency out of all tables and features, and names the nearest when it is not there",
    async () => {
      const before = read("Vox.toml");
      await done("add", "zstd", "--optional");
      writeFileSync(join(app, "Vox.toml"), `${read("Vox.toml")}\r\n[features]\r\nfast = ["dep:zstd"] # speed\r\n`);
      expect(await document("remove", "remove", "zstd")).toMatchObject({ removed: [{ name: "zstd", table: "dependencies" }] });
      expect(read("Vox.toml")).toBe(`${before}\r\n[features]\r\nfast = [] # speed\r\n`);
      expect(await failing("DEPENDENCY_UNKNOWN", 1, "remove", "http-ruoter")).toBe("did you mean `vox remove http-router`?");
      await failing("DEPENDENCY_UNKNOWN", 1, "remove", "auth", "--dev");
      await done("lock", "--locked");
    },
  );

  it.skipIf(!isHere)("`update` moves what is named and nothing else, or one package to one version", async () => {
    await done("add", "http-router@^2");
    expect(await document("update", "update", "http-router", "--precise", "2.1.0")).toMatchObject({
      diff: { changed: [{ name: "http-router", from: "2.2.0", to: "2.1.0" }] },
    });
    await done("update", "bytes", "--precise", "1.0.0");
    expect(await document("update", "update", "http-router")).toMatchObject({
      diff: { changed: [{ name: "bytes" }, { name: "http-router", from: "2.1.0", to: "2.2.0" }] },
    });
    expect(await document("update", "update")).toMatchObject({ changed: false });
    expect(await failing("DEPENDENCY_UNKNOWN", 1, "update", "byts")).toBe("did you mean `vox update bytes`?");
    await failing("USAGE", 64, "update", "--precise", "1.0.0");
    await failing("USAGE", 64, "update", "bytes", "auth", "--precise", "1.0.0");
    await failing("VERSION_INVALID", 65, "update", "bytes", "--precise", "^1");
    const hint = await failing("NO_SOLUTION", 1, "update", "bytes", "--precise", "2.0.0");
    expect(hint).toBe("run `vox update bytes` without `--precise`");
  });

  it.skipIf(!isHere)("`tree`, `why` and `outdated` tell what a newcomer can read", async () => {
    await done("add", "test-kit", "--dev");
    const told = async (...args: readonly string[]): Promise<string> =>
      `$ vox ${args.join(" ")}\n${(await done(...args)).stdout}`;
    const lines = [
      await told("tree"),
      await told("tree", "--prod", "--depth", "1"),
      await told("tree", "--invert", "bytes"),
      await told("why", "bytes"),
      await told("why", "zstd"),
      await told("why", "test-kit"),
      await told("outdated"),
    ];
    await expect(lines.join("\n")).toMatchFileSnapshot("../../goldens/cli/dependencies.txt");
    expect(await document("tree", "tree")).toMatchObject({ name: "shop", version: "0.1.0" });
    await document("tree", "tree", "--invert", "bytes");
    expect(await document("why", "why", "bytes")).toMatchObject({
      packages: [{ name: "bytes", version: "1.4.0", member: false }],
    });
    const news = await document("outdated", "outdated");
    expect(at(news, "packages", 1)).toEqual({
      name: "bytes",
      registry: "default",
      locked: "1.4.0",
      admitted: "1.4.0",
      highest: "2.0.0",
      outdated: true,
    });
  });

  it.skipIf(!isHere)("`tree` and `why` need no registry, and tell of a stale lock", async () => {
    const nowhere = { VOX_REGISTRY: "oci://127.0.0.1:1/none", VOX_CACHE_DIR: join(desk.folder, "empty") };
    expect(succeeded(await vox(["tree"], nowhere)).stdout).toContain("└── http-router 2.2.0");
    expect(succeeded(await vox(["why", "zstd"], nowhere)).stdout).toContain("because feature tls of http-router is on");
    await failing("DEPENDENCY_UNKNOWN", 1, "why", "nothing-like-it");
    await failing("USAGE", 64, "tree", "--depth", "deep");
    writeFileSync(join(app, "Vox.toml"), read("Vox.toml").replace('auth = "^1.0.0"\r\n', ""));
    expect((await done("tree")).stderr).toContain("stale");
  });

  // The disk is the project's, whatever the registry is: once is enough.
  if (!oci) {
    it("puts Vox.toml back when vox.lock cannot be written", async () => {
      const before = [read("Vox.toml"), read("vox.lock")];
      const env = { ...desk.env, VOX_REGISTRY: index };
      const runtime = createRuntime({ env, cwd: app, signal: new AbortController().signal, onEvent: () => undefined });
      const ports: EditPorts = { ...runtime, projectFiles: (dir) => onFullDisk(runtime.projectFiles(dir), app) };
      const choice = { folder: app, packageName: undefined };
      const project = await openProject(choice, ports);
      const edited = { choice, project, hold: { mode: "default", offline: false } } as const;
      const failure = removeDependencies(edited, { names: [parsePackageName("auth")] }, ports);
      await expect(failure).rejects.toMatchObject({ code: "CANNOT_WRITE" });
      expect([read("Vox.toml"), read("vox.lock")]).toEqual(before);
    });
  }
});

/** Files of a folder whose lock cannot be written once the manifest was. */
function onFullDisk(files: ProjectFiles & ProjectWriter, folder: string): ProjectFiles & ProjectWriter {
  return {
    readText: (path) => files.readText(path),
    listFolders: (path) => files.listFolders(path),
    realFolder: (path) => files.realFolder(path),
    async writeAtomic(path, text) {
      if (path !== "vox.lock") return files.writeAtomic(path, text);
      expect(readFileSync(join(folder, "Vox.toml"), "utf8")).not.toContain("auth");
      throw new VoxError("CANNOT_WRITE", "the disk is full");
    },
  };
}

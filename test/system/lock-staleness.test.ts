import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addBaseImage, createLockWorld, type LockWorld, publishToFolder } from "../support/lock-world.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../support/loopback-registry.ts";
import { textAt } from "../support/vox-cli.ts";

/* Every cause of staleness, and every change that is none (contracts, §3 "Stale"), through the real program on real files. */

const ROOT = "Vox.toml";
const WEB = "apps/web/Vox.toml";
const TOOL = "apps/tool/Vox.toml";
const OUTSIDE = "../outside/Vox.toml";
const LOCK = "vox.lock";

interface Change {
  readonly name: string;
  readonly edit: (files: Files) => void;
  /** A part of what is said about it. */
  readonly because?: string;
}

interface Files {
  replace(file: string, from: string | RegExp, to: string): void;
  world: LockWorld;
}

const swap =
  (file: string, from: string | RegExp, to: string) =>
  (files: Files): void =>
    files.replace(file, from, to);

const STALE: readonly (Change & { readonly because: string })[] = [
  {
    name: "a requirement was added",
    edit: swap(WEB, 'alpha = "^1.0"', 'alpha = "^1.0"\ndelta = "1"'),
    because: "`delta`, which is not locked",
  },
  {
    name: "a requirement was removed",
    edit: swap(WEB, 'alpha = "^1.0"\n', ""),
    because: "package `alpha` is no longer asked for",
  },
  {
    name: "a range excludes the locked version",
    edit: swap(WEB, "^1.0", "=1.0.0"),
    because: "`web` requires `alpha` =1.0.0, locked is 1.1.0",
  },
  {
    name: "a dev-dependency was added",
    edit: swap(WEB, 'dev-kit = "1"', 'dev-kit = "1"\ndelta = "1"'),
    because: "`delta`, which is not locked",
  },
  {
    name: "a dependency became a dev-dependency",
    edit: (files) => {
      files.replace(WEB, 'alpha = "^1.0"\n', "");
      files.replace(WEB, "[dev-dependencies]", '[dev-dependencies]\nalpha = "^1.0"');
    },
    because: "project `apps/web` has changed",
  },
  {
    name: "a feature of a dependency is asked for",
    edit: swap(WEB, 'features = ["extra"]', 'features = ["extra", "fast"]'),
    because: "project `apps/web` has changed",
  },
  {
    name: "a feature of a dependency is asked for no more",
    edit: swap(WEB, 'features = ["extra"]', "features = []"),
    because: "project `apps/web` has changed",
  },
  {
    name: "default features are turned off",
    edit: swap(WEB, 'version = "^1", features', 'version = "^1", default-features = false, features'),
    because: "project `apps/web` has changed",
  },
  {
    name: "a dependency became optional",
    edit: swap(WEB, 'alpha = "^1.0"', 'alpha = { version = "^1.0", optional = true }'),
    because: "project `apps/web` has changed",
  },
  {
    name: "an optional dependency became one that is always there",
    edit: (files) => {
      files.replace(WEB, ", optional = true", "");
      files.replace(WEB, 'more = ["dep:opt"]', "more = []");
    },
    because: "project `apps/web` has changed",
  },
  {
    name: "the project's own feature changed",
    edit: swap(WEB, 'more = ["dep:opt"]', 'more = ["dep:opt", "beta/fast"]'),
    because: "project `apps/web` has changed",
  },
  {
    name: "the project has one more feature",
    edit: swap(WEB, "[features]", "[features]\nspare = []"),
    because: "project `apps/web` has changed",
  },
  {
    name: "a dependency is asked from another registry",
    edit: swap(WEB, 'alpha = "^1.0"', 'alpha = { version = "^1.0", registry = "corp" }'),
    because: "`alpha` ^1.0 from `corp`, locked from `default`",
  },
  {
    name: "a dependency is asked from a folder",
    edit: swap(WEB, 'alpha = "^1.0"', 'alpha = { path = "../../vendored/alpha" }'),
    because: "project `apps/web` has changed",
  },
  {
    name: "a registry has another index",
    edit: swap(ROOT, 'index = "file:../registry"', 'index = "file:../registry-2"'),
    because: "registry `default` has changed",
  },
  {
    name: "a patch was added",
    edit: swap(ROOT, "[registries.default]", '[patch.alpha]\nversion = "=1.0.0"\n\n[registries.default]'),
    because: "patch `alpha` is not locked",
  },
  {
    name: "a patch was changed",
    edit: swap(ROOT, '[patch.gamma]\nversion = "^1"', '[patch.gamma]\nversion = "=1.0.0"'),
    because: "patch `gamma` has changed",
  },
  {
    name: "a patch was removed",
    edit: swap(ROOT, '[patch.gamma]\nversion = "^1"', ""),
    because: "patch `gamma` is no longer asked for",
  },
  {
    name: "a member was added",
    edit: ({ world }) => world.write("apps/new/Vox.toml", '[package]\nname = "new"\n'),
    because: "project `apps/new` is not locked",
  },
  {
    name: "a member was removed",
    edit: ({ world }) => rmSync(world.path("apps/idle"), { recursive: true }),
    because: "project `apps/idle` is no longer asked for",
  },
  {
    name: "a member was excluded",
    edit: swap(ROOT, 'members = ["apps/*"]', 'members = ["apps/*"]\nexclude = ["apps/idle"]'),
    because: "project `apps/idle` is no longer asked for",
  },
  {
    name: "a member was renamed",
    edit: swap("apps/idle/Vox.toml", 'name = "idle"', 'name = "busy"'),
    because: "project `apps/idle` has changed",
  },
  {
    name: "a member's folder was renamed",
    edit: ({ world }) => renameSync(world.path("apps/idle"), world.path("apps/moved")),
    because: "project `apps/moved` is not locked",
  },
  {
    name: "a member that is depended on asks for something else",
    edit: swap(TOOL, 'beta = "^1"', 'beta = "^1"\ndelta = "1"'),
    because: "project `apps/tool` has changed",
  },
  {
    name: "an inherited dependency changed its source",
    edit: swap(ROOT, 'shared = "^1"', 'shared = { version = "^1", registry = "corp" }'),
    because: "project `apps/idle` has changed",
  },
  {
    name: "a path package asks for something else",
    edit: swap(OUTSIDE, 'gamma = "^1"', 'gamma = "^1"\ndelta = "1"'),
    because: "package `outside` has changed",
  },
  {
    name: "a path package excludes what is locked",
    edit: swap(OUTSIDE, 'beta = ">=1"', 'beta = "=1.0.0"'),
    because: "`outside` requires `beta` =1.0.0, locked is 1.2.0",
  },
  {
    name: "a path package moved",
    edit: ({ world, replace }) => {
      renameSync(join(world.desk.folder, "outside"), join(world.desk.folder, "elsewhere"));
      replace(WEB, "../../../outside", "../../../elsewhere");
    },
    because: "project `apps/web` has changed",
  },
  { name: "the base image has another reference", edit: swap(WEB, "node:22", "node:24"), because: "node:24` is not locked" },
  {
    name: "an environment has a base image of its own",
    edit: swap(
      WEB,
      "[deploy.container]",
      '[deploy.environments.staging.container]\nbase_image = "scratch"\nplatforms = ["linux/amd64"]\n[deploy.environments.test.container]\nbase_image = "HOST/base/node:24"\n[deploy.container]',
    ),
    because: "node:24` is not locked",
  },
  {
    name: "the base image is asked for another platform",
    edit: swap(WEB, 'platforms = ["linux/amd64"]', 'platforms = ["linux/amd64", "linux/arm64"]'),
    because: "base image",
  },
  {
    name: "there is no base image any more",
    edit: swap(WEB, /base_image = ".*"/, 'base_image = "scratch"'),
    because: "is no longer asked for",
  },
  {
    name: "a locked package is missing",
    edit: swap(LOCK, /\[\[package\]\]\nname = "gamma"\n[^[]*(?:\[[^[][^[]*)*?(?=\[\[)/, ""),
    because: "`gamma`, which is not locked",
  },
  {
    name: "an unreachable package is present",
    edit: swap(LOCK, /(\[\[package\]\]\nname = ")gamma("\n[\s\S]*?)(?=\[\[)/, "$1zombie$2$1gamma$2"),
    because: "package `zombie` is no longer asked for",
  },
  {
    name: "an unused registry is present",
    edit: swap(LOCK, "[[registry]]", '[[registry]]\nname = "corp"\nindex = "file:../corp"\n\n[[registry]]'),
    because: "registry `corp` is no longer asked for",
  },
  {
    name: "an active feature was taken out of the lock",
    edit: swap(LOCK, /"fast",\n/, ""),
    because: "package `beta` has changed",
  },
  {
    name: "an edge was taken out of the lock",
    edit: swap(LOCK, /dependencies = \["beta"\]/, "dependencies = []"),
    because: "has changed",
  },
  {
    name: "a locked version was edited to one that is not admitted",
    edit: swap(LOCK, 'name = "alpha"\nversion = "1.1.0"', 'name = "alpha"\nversion = "2.0.0"'),
    because: "locked is 2.0.0",
  },
];

const NOT_STALE: readonly Change[] = [
  { name: "a range changed and still admits the locked version", edit: swap(WEB, '"^1.0"', '">=1.1, <3 || ^7"') },
  {
    name: "a range of a path package changed and still admits the locked version",
    edit: swap(OUTSIDE, 'gamma = "^1"', 'gamma = ">=1"'),
  },
  { name: "an inherited range changed and still admits the locked version", edit: swap(ROOT, 'beta = "^1"', 'beta = "1.0"') },
  {
    name: "the dependencies stand in another order",
    edit: (files) => {
      files.replace(WEB, 'alpha = "^1.0"\n', "");
      files.replace(WEB, "[dev-dependencies]", 'alpha = "^1.0"\n[dev-dependencies]');
    },
  },
  {
    name: "tables and features stand in another order",
    edit: (files) => {
      files.replace(WEB, /\[dev-dependencies\]\ndev-kit = "1"\n/, "");
      files.replace(WEB, "[dependencies]", '[dev-dependencies]\ndev-kit = "1"\n[dependencies]');
      files.replace(WEB, /default = \["speed"\]\nspeed = (.*)\n/, 'speed = $1\ndefault = ["speed"]\n');
    },
  },
  {
    name: "there are comments, empty lines and other quotes",
    edit: swap(WEB, 'alpha = "^1.0"', "# the first letter\n\nalpha   =   '^1.0' # pinned by nobody"),
  },
  { name: "a dependency is written as a table", edit: swap(WEB, 'alpha = "^1.0"', 'alpha = { version = "1.0" }') },
  {
    name: "a package has another version, description and author",
    edit: swap(WEB, 'version = "1.0.0"', 'version = "2.0.0"\ndescription = "x"\nauthors = ["Ann"]'),
  },
  { name: "a path package has another version", edit: swap(OUTSIDE, 'version = "0.3.0"', 'version = "0.4.0"') },
  { name: "a file of a path package changed", edit: ({ world }) => world.write("../outside/index.js", "export default 2;\n") },
  {
    name: "a run-time field of the deployment changed",
    edit: swap(WEB, "[deploy.container]", '[deploy.container]\nenv = { A = "1" }\nports = [8080]'),
  },
  {
    name: "a registry that nothing uses was added",
    edit: swap(ROOT, "[registries.default]", '[registries.spare]\nindex = "file:../spare"\n[registries.default]'),
  },
  {
    name: "a table of another tool was added",
    edit: swap(ROOT, "[registries.default]", "[orchestrator]\nx = 1\n[registries.default]"),
  },
  { name: "the lock has a higher revision and keys of it", edit: swap(LOCK, "revision = 0", 'revision = 9\nmood = "good"') },
];

describe("vox lock --locked", () => {
  let world: LockWorld;
  let registry: LoopbackRegistry;
  let first: ReadonlyMap<string, string>;
  const files: Files = {
    get world() {
      return world;
    },
    replace: (file, from, to) => {
      const text = world.read(file);
      const changed = text.replace(from, to.replaceAll("HOST", registry.host));
      if (changed === text) throw new Error(`${file} does not hold ${from.toString()}:\n${text}`);
      world.write(file, changed);
    },
  };

  const lockedRun = (): ReturnType<LockWorld["vox"]> => world.vox(["lock", "--locked", "--json"]);

  beforeAll(async () => {
    registry = await startLoopbackRegistry();
    for (const tag of ["22", "24"]) await addBaseImage(registry.repository("base/node"), tag, ["amd64", "arm64"]);
    world = createLockWorld();
    await layRegistries(world);
    layManifests(world, registry.host);
    await world.lock();
    first = readTree(world.desk.folder, ["app", "outside"]);
  }, 60_000);

  afterAll(async () => {
    await registry.close();
    world.desk.remove();
  });

  beforeEach(() => {
    for (const folder of ["app", "outside", "elsewhere"])
      rmSync(join(world.desk.folder, folder), { recursive: true, force: true });
    for (const [path, text] of first) world.write(join("..", path), text);
  });

  it("agrees with the lock that was just written", async () => {
    expect((await lockedRun()).json()).toMatchObject({ changed: false });
  });

  it.each(STALE)("says that the lock is stale when $name, and `vox lock` mends it", async ({ edit, because }) => {
    edit(files);
    const before = world.read(LOCK);
    const run = await lockedRun();
    expect([run.exitCode, textAt(run.json(), "error", "code")], run.stderr).toEqual([1, "LOCK_STALE"]);
    expect(textAt(run.json(), "error", "message")).toContain(because);
    expect(world.read(LOCK)).toBe(before);
    expect(await world.lock()).toMatchObject({ changed: true });
    expect((await lockedRun()).json()).toMatchObject({ changed: false });
  });

  it.each(NOT_STALE)("says that the lock is fresh when $name", async ({ edit }) => {
    edit(files);
    const run = await lockedRun();
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({ changed: false, diff: { added: [], removed: [], changed: [] } });
  });

  it("says that the lock is fresh when registries hold newer releases, and `vox lock` keeps what is locked", async () => {
    for (const index of ["registry", "registry-2"]) {
      await publishToFolder(join(world.desk.folder, index), { name: "alpha", version: "1.9.0" });
    }
    const before = world.read(LOCK);
    expect((await lockedRun()).exitCode).toBe(0);
    expect(await world.lock()).toMatchObject({ changed: false });
    expect(world.read(LOCK)).toBe(before);
  });

  it("says the same wherever in the workspace it is asked", async () => {
    files.replace(WEB, '"^1.0"', '"=1.0.0"');
    for (const cwd of [world.app, world.path("apps/web"), world.path("apps/idle")]) {
      const run = await world.vox(["lock", "--locked", "--json"], { cwd });
      expect(textAt(run.json(), "error", "code")).toBe("LOCK_STALE");
    }
  });
});

async function layRegistries({ desk }: LockWorld): Promise<void> {
  const feature = '[features]\ndefault = ["plain"]\nplain = []\nextra = []\nfast = []\n';
  for (const folder of ["registry", "registry-2", "corp"].map((name) => join(desk.folder, name))) {
    const versions = [["1.0.0"], ["1.1.0", '[dependencies]\nbeta = "^1"\n']] as const;
    for (const [version, manifest] of versions)
      await publishToFolder(folder, { name: "alpha", version, ...(manifest && { manifest }) });
    for (const version of ["1.0.0", "1.2.0", "2.0.0"])
      await publishToFolder(folder, { name: "beta", version, manifest: feature });
    for (const name of ["gamma", "delta", "dev-kit", "opt", "shared"]) {
      for (const version of ["1.0.0", "1.0.1"]) await publishToFolder(folder, { name, version });
    }
  }
}

function layManifests(world: LockWorld, host: string): void {
  world.write(
    ROOT,
    `[workspace]
members = ["apps/*"]
[workspace.dependencies]
beta = "^1"
shared = "^1"
[patch.gamma]
version = "^1"
[registries.default]
index = "file:../registry"
[registries.corp]
index = "file:../corp"
`,
  );
  world.write(
    WEB,
    `[package]
name = "web"
version = "1.0.0"
kind = "application"
[dependencies]
alpha = "^1.0"
beta = { version = "^1", features = ["extra"] }
opt = { version = "1", optional = true }
outside = { path = "../../../outside" }
tool = { path = "../tool" }
[dev-dependencies]
dev-kit = "1"
[features]
default = ["speed"]
speed = ["beta/fast"]
more = ["dep:opt"]
[deploy.container]
base_image = "${host}/base/node:22"
platforms = ["linux/amd64"]
`,
  );
  world.write(TOOL, '[package]\nname = "tool"\n[dependencies]\nbeta = "^1"\n');
  world.write(
    "apps/idle/Vox.toml",
    '[package]\nname = "idle"\n[dependencies]\nbeta = { workspace = true }\nshared = { workspace = true }\n',
  );
  world.write("vendored/alpha/Vox.toml", '[package]\nname = "alpha"\nversion = "1.1.0"\n');
  world.write(OUTSIDE, '[package]\nname = "outside"\nversion = "0.3.0"\n[dependencies]\ngamma = "^1"\nbeta = ">=1"\n');
}

function readTree(root: string, folders: readonly string[]): ReadonlyMap<string, string> {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, "utf8")]));
}

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { parsePackageName } from "../../src/core/package-name.ts";
import { packageArtifact } from "../../src/pm/registry/package-artifact.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../support/loopback-registry.ts";
import { archiveOf, testMetadata } from "../support/published-package.ts";
import { rebuildIndexIn } from "../support/rebuild-index.ts";
import { EXTRA, type FilePackage, filePackages, type FilePackages } from "./file-packages.ts";
import { type Contestant, option, report } from "./measure.ts";
import { type NpmRegistry, startNpmRegistry } from "./npm-registry.ts";

/*
 * From a lock to files in a project, measured from outside: `npm run bench -- sync [--runs N] [--packages N]`. The same packages as files go
 * through vox, pnpm and bun, each with its own kind of archive, from loopback servers of one process. No install script runs anywhere.
 */

const PROGRAM = resolve("dist/bin.js");
const PEERS_DIR = resolve("node_modules/.cache/vox-bench-peers");
const FILES_EACH = 20;

const runs = Number(option("runs") ?? 10);
const count = Number(option("packages") ?? 500);
const folder = await mkdtemp(join(tmpdir(), "vox-bench-"));
const graph = filePackages(count, FILES_EACH);
const registry = await startLoopbackRegistry();
const npm = await startNpmRegistry(graph.packages);

/** One tool: how it is called, and where it keeps what it fetched. */
interface Tool {
  readonly name: string;
  /** Made once: manifest and lock. */
  readonly template: string;
  readonly cacheDir: string;
  readonly modules: string;
  readonly env: Readonly<Record<string, string>>;
  readonly install: readonly string[];
  readonly add: readonly string[];
}

try {
  await publishAll(registry, graph);
  const tools = [await voxTool(registry, graph), ...(await peerTools(npm, graph))];
  console.log(`${count} packages, ${count * FILES_EACH} files; ${(await Promise.all(tools.map(versionOf))).join(", ")}`);
  for (const [title, prepare, command] of CELLS()) {
    const contestants = await Promise.all(tools.map((tool) => contestantOf(tool, title, prepare, command)));
    await report({ title, against: tools.at(-1)?.name ?? "", contestants }, runs);
  }
} finally {
  await Promise.all([registry.close(), npm.close()]);
  await rm(folder, { recursive: true, force: true });
}

type Prepare = (tool: Tool, project: string) => Promise<void>;
type Command = (tool: Tool) => readonly string[];

/** What each cell begins with, and what it runs. */
function CELLS(): readonly (readonly [string, Prepare, Command])[] {
  const install: Command = (tool) => tool.install;
  const removeModules: Prepare = (tool, project) => setAside(join(project, tool.modules));
  const removeCache: Prepare = (tool) => setAside(tool.cacheDir);
  const anew: Prepare = async (tool, project) => {
    await setAside(project);
    await cp(tool.template, project, { recursive: true });
  };
  const installed: Prepare = async (tool, project) => {
    await anew(tool, project);
    await run(tool, tool.install, project);
  };
  return [
    [
      "cold: neither cache nor modules",
      async (tool, project) => {
        await anew(tool, project);
        await removeCache(tool, project);
      },
      install,
    ],
    ["warm cache, no modules", removeModules, install],
    ["nothing to do", () => Promise.resolve(), install],
    ["add one package", installed, (tool) => tool.add],
    ["another project with the same lock", anew, install],
  ];
}

/**
 * Out of the way, and removed when all is measured: ext4 does not give away the inodes of a file that was removed a moment ago, and looks at each of
 * them again for every file that is made in their place.
 */
async function setAside(path: string): Promise<void> {
  const aside = await mkdtemp(join(folder, "aside-"));
  await rename(path, join(aside, "it")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Cells of one tool share its cache; each has a project of its own, installed once. */
async function contestantOf(tool: Tool, cell: string, prepare: Prepare, command: Command): Promise<Contestant> {
  const project = join(folder, `${tool.name}-${cell.replaceAll(/[^a-z]+/g, "-")}`);
  await cp(tool.template, project, { recursive: true });
  await run(tool, tool.install, project);
  return { label: tool.name, command: command(tool), cwd: project, env: tool.env, prepare: () => prepare(tool, project) };
}

/** The servers are in this process, so it must not wait for a child without answering. */
async function run(tool: Pick<Tool, "env">, [program = "", ...args]: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...tool.env } });
  return stdout;
}

async function voxTool({ host }: LoopbackRegistry, { roots }: FilePackages): Promise<Tool> {
  const template = join(folder, "template-vox");
  const vox = [process.execPath, PROGRAM];
  const cacheDir = join(folder, "cache-vox");
  const env = { VOX_CACHE_DIR: cacheDir, VOX_DATA_DIR: join(folder, "data"), VOX_CONFIG_DIR: join(folder, "config") };
  await mkdir(template);
  const asks = Object.entries(roots).map(([name, range]) => `${name} = "${range}"\n`);
  const head = '[package]\nname = "app"\nkind = "application"\n[registries.default]\n';
  await writeFile(join(template, "Vox.toml"), `${head}index = "oci://${host}/bench"\n[dependencies]\n${asks.join("")}`);
  await run({ env }, [...vox, "lock", "--quiet"], template);
  const install = [...vox, "sync", "--frozen", "--quiet"];
  const add = ["sh", "-c", `"${process.execPath}" "${PROGRAM}" add ${EXTRA} -q && "${process.execPath}" "${PROGRAM}" sync -q`];
  return { name: "vox", template, cacheDir, modules: ".vox_modules", env, install, add };
}

/** pnpm and bun come from npm's registry, into a folder that is kept. */
async function peerTools({ url }: NpmRegistry, { roots }: FilePackages): Promise<readonly Tool[]> {
  await mkdir(PEERS_DIR, { recursive: true });
  await writeFile(join(PEERS_DIR, "package.json"), '{"private":true}');
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await run({ env: {} }, ["npm", "install", ...quiet, "pnpm@12", "bun@1.4"], PEERS_DIR);
  const bin = (name: string): string => join(PEERS_DIR, "node_modules/.bin", name);
  const pnpmStore = join(folder, "cache-pnpm");
  const pnpmEnv = { HOME: join(folder, "home-pnpm"), CI: "1", npm_config_store_dir: pnpmStore, npm_config_registry: url };
  const bunEnv = { HOME: join(folder, "home-bun"), BUN_INSTALL_CACHE_DIR: join(folder, "cache-bun"), npm_config_registry: url };
  const pnpm = [bin("pnpm")];
  const bun = [bin("bun")];
  const tools: readonly (Omit<Tool, "template"> & { readonly lock: readonly string[] })[] = [
    {
      name: "pnpm",
      cacheDir: pnpmStore,
      modules: "node_modules",
      env: pnpmEnv,
      lock: [...pnpm, "install", "--lockfile-only"],
      install: [...pnpm, "install", "--frozen-lockfile", "--ignore-scripts"],
      add: [...pnpm, "add", EXTRA, "--ignore-scripts"],
    },
    {
      name: "bun",
      cacheDir: bunEnv.BUN_INSTALL_CACHE_DIR,
      modules: "node_modules",
      env: bunEnv,
      lock: [...bun, "install", "--lockfile-only"],
      install: [...bun, "install", "--frozen-lockfile", "--ignore-scripts"],
      add: [...bun, "add", EXTRA, "--ignore-scripts"],
    },
  ];
  return Promise.all(
    tools.map(async ({ lock, ...tool }) => {
      const template = join(folder, `template-${tool.name}`);
      await mkdir(template);
      await writeFile(join(template, "package.json"), JSON.stringify({ name: "app", version: "1.0.0", dependencies: roots }));
      await writeFile(join(template, ".npmrc"), `registry=${url}\nstore-dir=${pnpmStore}\n`);
      await run(tool, lock, template);
      return { ...tool, template };
    }),
  );
}

async function versionOf(tool: Tool): Promise<string> {
  const [program = ""] = tool.install;
  return tool.name === "vox" ? "vox" : `${tool.name} ${(await run(tool, [program, "--version"], folder)).trim()}`;
}

async function publishAll(target: LoopbackRegistry, { packages }: FilePackages): Promise<void> {
  for (const pack of packages) await publish(target, pack);
  const names = packages.map(({ name }) => name);
  await rebuildIndexIn(target.host, "bench", [...new Set(names)]);
}

async function publish(target: LoopbackRegistry, { name, version, asks, files }: FilePackage): Promise<void> {
  const lines = Object.entries(asks).map(([asked, range]) => `${asked} = "${range}"\n`);
  const text = `[package]\nname = "${name}"\nversion = "${version}"\n[dependencies]\n${lines.join("")}`;
  const { blob, archive } = await archiveOf(parsePackageName(name), { ...files, "Vox.toml": text });
  const plain = testMetadata(parsePackageName(name), version, Object.keys(asks));
  const dependencies = plain.dependencies.map((line) => ({ ...line, requirement: asks[line.name] ?? "*" }));
  const artifact = packageArtifact({ metadata: { ...plain, dependencies }, archives: { kind: "neutral", blob }, facts: {} });
  const store = target.repository(`bench/${name}`);
  store.add(archive, blob.mediaType);
  for (const { descriptor, bytes } of artifact.documents) store.add(bytes, descriptor.mediaType);
  await store.tag(artifact.root.descriptor, version);
}

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startLoopbackRegistry } from "../support/loopback-registry.ts";
import { writeCargoProject, writeCargoRegistry } from "./cargo-graph.ts";
import { type Contestant, type Group, option, report } from "./measure.ts";
import { hardGraph, layeredGraph, type PackageGraph } from "./graph.ts";
import {
  artifactsOf,
  fillLoopbackIndex,
  fillLoopbackRegistry,
  manifestText,
  writeFolderIndex,
  writeFolderRegistry,
} from "./publish-graph.ts";

/*
 * Resolution, measured from outside on the built program: `npm run bench -- resolve [--runs N] [--only 500|5000|hard]`.
 */

const PROGRAM = resolve("dist/bin.js");
const LATENCY_MS = 30;

const runs = Number(option("runs") ?? 10);
const only = option("only") ?? "";
const folder = await mkdtemp(join(tmpdir(), "vox-bench-"));
const registry = await startLoopbackRegistry({ fault: () => ({ kind: "delay", durationMs: LATENCY_MS }) });
const bareNode: Contestant = { label: "bare node", command: [process.execPath, "-e", "0"], cwd: folder };

try {
  for (const count of [500, 5000]) {
    if (only === "" || only === String(count)) await packages(count);
  }
  if (only === "" || only === "hard") await report(await hardGroup(), runs);
} finally {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
}

async function packages(count: number): Promise<void> {
  const graph = layeredGraph(count, 42);
  await report(await coldGroup(graph, count), runs);
  if (count === 500) await report(await idleGroup(graph), runs);
  await report(await networkGroup(graph, count), runs);
}

/** No lock, no cache. */
async function coldGroup(graph: PackageGraph, count: number): Promise<Group> {
  const published = await artifactsOf(graph, { archives: false });
  const contestants: Contestant[] = [];
  for (const indexed of [true, false]) {
    const dir = join(folder, `files-${count}-${indexed}`);
    await writeFolderRegistry(dir, published);
    if (indexed) await writeFolderIndex(dir, published);
    contestants.push(
      await voxLock(`vox lock, file: registry${indexed ? "" : ", no index"}`, graph, `file:${dir}`, `${count}-${indexed}`),
    );
  }
  const cargo = await cargoContestant(graph, count);
  return {
    title: `${count} packages, cold`,
    against: cargo?.label ?? contestants[0]?.label ?? "",
    contestants: [...contestants, ...(cargo ? [cargo] : []), bareNode],
  };
}

/** Everything is there and fresh. */
async function idleGroup(graph: PackageGraph): Promise<Group> {
  const published = await artifactsOf(graph, { archives: true });
  const dir = join(folder, "files-idle");
  await writeFolderRegistry(dir, published);
  await writeFolderIndex(dir, published);
  const lock = await voxLock("", graph, `file:${dir}`, "idle");
  execFileSync(process.execPath, [PROGRAM, "sync", "--quiet"], { cwd: lock.cwd, env: { ...process.env, ...lock.env } });
  const idle = (label: string, args: readonly string[]): Contestant => ({
    label,
    command: [process.execPath, PROGRAM, ...args],
    cwd: lock.cwd,
    ...(lock.env && { env: lock.env }),
  });
  return {
    title: "500 packages, nothing to do",
    against: bareNode.label,
    contestants: [
      bareNode,
      idle("vox --version", ["--version"]),
      idle("vox lock --locked", ["lock", "--locked", "--quiet"]),
      idle("vox sync --frozen", ["sync", "--frozen", "--quiet"]),
    ],
  };
}

async function networkGroup(graph: PackageGraph, count: number): Promise<Group> {
  const published = await artifactsOf(graph, { archives: false });
  await fillLoopbackRegistry(registry, `plain-${count}`, published);
  await fillLoopbackRegistry(registry, `indexed-${count}`, published);
  await fillLoopbackIndex(registry, `indexed-${count}`, published);
  const contestants: Contestant[] = [];
  for (const kind of ["indexed", "plain"]) {
    const label = `vox lock, OCI registry${kind === "indexed" ? "" : ", no index"}`;
    const lock = await voxLock(label, graph, `oci://${registry.host}/${kind}-${count}`, `oci-${kind}-${count}`);
    contestants.push({ ...lock, requests: () => registry.requests.length });
  }
  return {
    title: `${count} packages, cold, OCI registry behind ${LATENCY_MS} ms`,
    against: contestants[1]?.label ?? "",
    contestants,
  };
}

async function hardGroup(): Promise<Group> {
  const contestants: Contestant[] = [];
  for (const rows of [10, 40]) {
    const graph = hardGraph(rows);
    const dir = join(folder, `files-hard-${rows}`);
    const published = await artifactsOf(graph, { archives: false });
    await writeFolderRegistry(dir, published);
    await writeFolderIndex(dir, published);
    contestants.push(await voxLock(`vox lock, ${rows} rows of 30`, graph, `file:${dir}`, `hard-${rows}`));
  }
  return { title: "hard graphs, cold", against: contestants[0]?.label ?? "", contestants };
}

async function voxLock(label: string, graph: PackageGraph, index: string, key: string): Promise<Contestant> {
  const cwd = join(folder, `app-${key}`);
  const cache = join(folder, `cache-${key}`);
  await mkdir(cwd, { recursive: true });
  const registries = `\n[registries.default]\nindex = "${index}"\n`;
  await writeFile(join(cwd, "Vox.toml"), manifestText("app", "application", graph.roots) + registries);
  return {
    label,
    command: [process.execPath, PROGRAM, "lock", "--quiet"],
    cwd,
    env: { VOX_CACHE_DIR: cache, VOX_DATA_DIR: join(folder, "data"), VOX_CONFIG_DIR: join(folder, "config") },
    async prepare() {
      await rm(join(cwd, "vox.lock"), { force: true });
      await rm(cache, { recursive: true, force: true });
      registry.requests.length = 0;
    },
  };
}

async function cargoContestant(graph: PackageGraph, count: number): Promise<Contestant | undefined> {
  try {
    execFileSync("cargo", ["--version"], { stdio: "ignore" });
  } catch {
    console.log("cargo is not installed: nothing to compare with");
    return undefined;
  }
  const dir = join(folder, `cargo-${count}`);
  const cwd = join(folder, `cargo-app-${count}`);
  await writeCargoRegistry(dir, graph);
  await writeCargoProject(cwd, dir, graph);
  return {
    label: "cargo generate-lockfile",
    command: ["cargo", "generate-lockfile", "--quiet", "--offline"],
    cwd,
    env: { CARGO_HOME: join(folder, "cargo-home") },
    prepare: () => rm(join(cwd, "Cargo.lock"), { force: true }),
  };
}

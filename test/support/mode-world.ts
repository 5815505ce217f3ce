import { rmSync } from "node:fs";
import { join } from "node:path";
import type { State } from "./lock-holds.ts";
import { addBaseImage, createLockWorld, type LockWorld, publishInto } from "./lock-world.ts";
import { type LoopbackRegistry, type RecordedRequest, startLoopbackRegistry } from "./loopback-registry.ts";
import { succeeded, textAt, type VoxRun } from "./vox-cli.ts";

/** What one cell of the table of modes ended with. */
export interface Outcome {
  readonly exitCode: number;
  readonly code?: string;
}

/** A project whose packages and base image come from a registry that notes down each request, with a warm cache and two locks. */
export interface ModeWorld extends AsyncDisposable {
  readonly world: LockWorld;
  readonly registry: LoopbackRegistry;
  /** Vox.toml, and the same with a dependency that its lock lacks. */
  readonly manifest: string;
  readonly staleManifest: string;
  readonly lock: string;
  readonly lockOfStale: string;
  /** A cache folder by its name; `warm` has seen all that both locks name. */
  cacheOf(name: string): string;
  /** Puts manifest and lock into a state, and names the cache to use. */
  lay(state: State): string;
  /** The lock that a manifest leads to. */
  lockFor(manifest: string): Promise<string>;
}

export async function createModeWorld(): Promise<ModeWorld> {
  const registry = await startLoopbackRegistry();
  const world = createLockWorld();
  for (const name of ["alpha", "beta", "gamma"]) {
    const manifest = name === "alpha" ? '[dependencies]\nbeta = "^1"\n' : "";
    await publishInto(registry.repository(`vox/${name}`), { name, version: "1.0.0", manifest });
  }
  await addBaseImage(registry.repository("base/node"), "22", ["amd64", "arm64"]);
  const manifest = [
    '[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n[dependencies]\nalpha = "^1"',
    `[registries.default]\nindex = "oci://${registry.host}/vox"\n[deploy.container]`,
    `base_image = "${registry.host}/base/node:22"\nregistry = "${registry.host}/apps"\ncmd = ["node", "main.js"]\n`,
  ].join("\n");
  const staleManifest = manifest.replace('alpha = "^1"', 'alpha = "^1"\ngamma = "^1.0.0"');
  const cacheOf = (name: string): string => join(world.desk.folder, "caches", name);
  const warm = { env: { VOX_CACHE_DIR: cacheOf("warm") } };
  const lockFor = async (text: string): Promise<string> => {
    world.write("Vox.toml", text);
    await world.lock(warm);
    return world.read("vox.lock");
  };
  world.write("main.js", "console.log(1);\n");
  const lock = await lockFor(manifest);
  for (const args of [["sync"], ["package"]]) succeeded(await world.vox(args, warm));
  const lockOfStale = await lockFor(staleManifest);
  succeeded(await world.vox(["sync"], warm));
  let cells = 0;
  return {
    world,
    registry,
    manifest,
    staleManifest,
    lock,
    lockOfStale,
    cacheOf,
    lockFor,
    lay(state) {
      for (const made of [".vox_modules", "dist", "vox.lock"]) rmSync(world.path(made), { recursive: true, force: true });
      world.write("Vox.toml", state === "stale" ? staleManifest : manifest);
      if (state !== "missing") world.write("vox.lock", lock);
      cells += 1;
      return cacheOf(state === "fresh, cold cache" ? `cold-${cells}` : "warm");
    },
    async [Symbol.asyncDispose]() {
      await registry.close();
      world.desk.remove();
    },
  };
}

export const outcomeOf = (run: VoxRun): Outcome =>
  run.exitCode === 0 ? { exitCode: 0 } : { exitCode: run.exitCode, code: textAt(run.json(), "error", "code") };

export const isPackageMetadata = ({ path }: RecordedRequest): boolean =>
  path.startsWith("/v2/vox/") && !path.includes("/blobs/sha256:");

export const isBaseByTag = ({ path }: RecordedRequest): boolean =>
  path.startsWith("/v2/base/") && /\/(tags|manifests\/(?!sha256:))/.test(path);

export const isImagePush = ({ path }: RecordedRequest): boolean => path.startsWith("/v2/apps/");

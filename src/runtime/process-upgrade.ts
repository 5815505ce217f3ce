import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { type Digest, parseDigest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type Installation, installationAt, RELEASE_MARK } from "../toolchain/installation.ts";
import type { ReleaseSource } from "../toolchain/release-source.ts";
import type { UpgradePlan } from "../toolchain/upgrade-plan.ts";
import { folderSource } from "./fs-release-source.ts";

/** The files of releases at an address or in a folder. */
export async function openReleaseSource(place: string, cwd: string, signal: AbortSignal): Promise<ReleaseSource> {
  if (!/^https?:/.test(place)) return folderSource(resolve(cwd, place));
  const { addressSource } = await import("./http-release-source.ts");
  return addressSource(place, signal);
}

/** How the program that is running was installed. */
export async function findInstallation(): Promise<Installation> {
  const program = await realpath(process.argv[1] ?? "");
  const folder = dirname(dirname(program));
  return installationAt(folder, await readdir(folder));
}

type Newer = Extract<UpgradePlan, { readonly kind: "newer" }>;

/**
 * Fetches the file of the plan, proves it, and installs it; what is there stays until the new program has started once.
 * @throws {VoxError} CONTENT_MISMATCH, UPGRADE_FAILED, CANNOT_WRITE, RELEASE_UNAVAILABLE
 */
export async function installRelease(plan: Newer, source: ReleaseSource, signal: AbortSignal): Promise<void> {
  const { installation } = plan;
  const parent = installation.kind === "tarball" ? dirname(installation.folder) : installation.prefix;
  const work = await mkdtemp(join(parent, ".vox-upgrade-")).catch((cause: unknown) => {
    throw new VoxError("CANNOT_WRITE", `\`${parent}\` cannot be written`, {
      cause,
      hint: "run it as the user that installed vox",
    });
  });
  try {
    const file = join(work, plan.file);
    await source.copyTo(plan.file, file);
    await prove(file, plan);
    if (installation.kind === "npm") await run("npm", ["install", "--global", "--prefix", installation.prefix, file], signal);
    else await replaceFolder(installation.folder, { work, file, signal });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function prove(path: string, { file, digest }: Newer): Promise<void> {
  const found = await digestOfFile(path);
  if (found !== digest) throw new VoxError("CONTENT_MISMATCH", `\`${file}\` is ${found}, and the checksums say ${digest}`);
}

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return parseDigest(`sha256:${hash.digest("hex")}`);
}

interface Unpacking {
  readonly work: string;
  readonly file: string;
  readonly signal: AbortSignal;
}

/** Two renames, with the new program tried before them: a folder that holds something cannot be renamed over. */
async function replaceFolder(folder: string, { work, file, signal }: Unpacking): Promise<void> {
  await run("tar", ["-xzf", file, "-C", work], signal);
  const [name] = (await readdir(work, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const fresh = join(work, name?.name ?? "");
  if (name === undefined || !(await readdir(fresh)).includes(RELEASE_MARK)) {
    throw new VoxError("RELEASE_INVALID", "the tarball is no release of vox");
  }
  await run(process.execPath, [join(fresh, "dist/bin.js"), "--version"], signal);
  const old = join(work, ".old");
  await rename(folder, old);
  try {
    await rename(fresh, folder);
  } catch (cause) {
    await rename(old, folder);
    throw new VoxError("CANNOT_WRITE", `\`${folder}\` cannot be replaced`, { cause });
  }
}

async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const result = await execa(program, args, { reject: false, stdin: "ignore", cancelSignal: signal, env: { LC_ALL: "C" } });
  if (result.failed) throw new VoxError("UPGRADE_FAILED", `\`${program}\` failed: ${result.shortMessage}`);
}

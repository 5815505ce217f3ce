import type { Stats } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { hexOf } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { recordedBlobs } from "../materialize/fs-blob-proof.ts";
import { USED_FILE } from "../materialize/fs-closure-store.ts";
import { readKnownTree } from "../materialize/fs-known-tree.ts";
import { FsProjectLinks } from "../materialize/fs-project-links.ts";
import { isAbandoned } from "../materialize/fs-temporary.ts";
import type { CacheHold, CacheItem, CacheKind, CacheSurvey, LinkedProject } from "./cache-items.ts";

const HEX = /^[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{40,64}$/;
const PARTIAL = /^\.vox-[0-9a-f-]{36}\.partial$/;
const CLOSURE_LEFTOVER = ".tmp-";

/** Looks at everything that vox keeps in its cache; what else lies there is nobody's business. Directories are read while others write. */
export async function surveyCache(cacheDir: string): Promise<CacheSurvey> {
  const projects = await linkedProjects(cacheDir);
  const linked = new Set(projects.map(({ closure }) => closure));
  const closures = await closureItems(join(cacheDir, "closures"), linked);
  const items = [
    ...(await blobItems(join(cacheDir, "blobs", "sha256"), closures)),
    ...closures.map(({ item }) => item),
    ...(await filesIn(join(cacheDir, "layers"), "layers")),
    ...(await shardedFiles(join(cacheDir, "metadata", "documents"))),
    ...(await shardedFiles(join(cacheDir, "metadata", "facts"))),
    ...(await gitItems(join(cacheDir, "git"))),
    ...(await linkItems(join(cacheDir, "links"), cacheDir)),
    ...(await codeItems(join(cacheDir, "code"))),
    ...(await leftoversIn(cacheDir, (name) => PARTIAL.test(name))),
  ];
  return { items, projects };
}

/** The projects whose `.vox_modules` still leads to the closure that they were linked to. */
async function linkedProjects(cacheDir: string): Promise<readonly LinkedProject[]> {
  const projects: LinkedProject[] = [];
  for (const { projectDir, closure } of new FsProjectLinks(cacheDir).all()) {
    const name = hexOf(closure);
    const target = await realPathOf(join(projectDir, ".vox_modules"));
    const modules = await realPathOf(join(cacheDir, "closures", name, "modules"));
    if (target !== undefined && target === modules) projects.push({ projectDir, closure: name });
  }
  return projects;
}

interface SurveyedClosure {
  readonly item: CacheItem;
  /** Hex digits of the blobs that it was made from. */
  readonly blobs: readonly string[];
}

async function closureItems(dir: string, linked: ReadonlySet<string>): Promise<readonly SurveyedClosure[]> {
  const closures: SurveyedClosure[] = [];
  for (const name of await namesIn(dir)) {
    const path = join(dir, name);
    const stats = await statsOf(path);
    if (!stats?.isDirectory()) continue;
    if (HEX.test(name)) closures.push(await closureItem(path, stats, linked.has(name)));
    else if (name.startsWith(CLOSURE_LEFTOVER)) closures.push({ item: await closureLeftover(name, path, stats), blobs: [] });
  }
  return withSharedFilesOnce(closures);
}

async function closureItem(path: string, stats: Stats, linked: boolean): Promise<SurveyedClosure> {
  const record = await statsOf(join(path, "record"));
  const used = (await statsOf(join(path, USED_FILE))) ?? record ?? stats;
  const item: CacheItem = {
    kind: "closures",
    path,
    sizeBytes: record?.size ?? 0,
    lastUsedMs: used.mtimeMs,
    hold: linked ? "linked" : "free",
  };
  return { item, blobs: recordedBlobs(path).map(hexOf) };
}

/** Closures share files: each counts for the one that was used last, so that what collecting an older one frees is what it is said to hold. */
function withSharedFilesOnce(closures: readonly SurveyedClosure[]): readonly SurveyedClosure[] {
  const counted = new Set<string>();
  return closures
    .toSorted((left, right) => right.item.lastUsedMs - left.item.lastUsedMs)
    .map(({ item, blobs }) => {
      const files = readKnownTree(join(item.path, "record"))?.record.files ?? [];
      const own = files.map(({ stamp }) => stamp.split(" ")).filter(([inode = ""]) => !counted.has(inode));
      for (const [inode = ""] of own) counted.add(inode);
      const sizeBytes = own.reduce((sum, [, size]) => sum + Number(size), item.sizeBytes);
      return { item: { ...item, sizeBytes }, blobs };
    });
}

async function closureLeftover(name: string, path: string, stats: Stats): Promise<CacheItem> {
  const hold = isAbandoned(name.slice(CLOSURE_LEFTOVER.length)) ? "abandoned" : "free";
  return { kind: "leftovers", path, sizeBytes: await treeBytes(path), lastUsedMs: stats.mtimeMs, hold };
}

/** A blob was used when a closure that it belongs to was. */
async function blobItems(dir: string, closures: readonly SurveyedClosure[]): Promise<readonly CacheItem[]> {
  const lastUse = new Map<string, number>();
  const repairs = new Set<string>();
  for (const { item, blobs } of closures) {
    for (const hex of blobs) {
      lastUse.set(hex, Math.max(lastUse.get(hex) ?? 0, item.lastUsedMs));
      if (item.hold === "linked") repairs.add(hex);
    }
  }
  const items: CacheItem[] = [];
  for (const name of (await namesIn(dir)).filter((found) => HEX.test(found))) {
    const stats = await statsOf(join(dir, name));
    if (!stats?.isFile()) continue;
    const lastUsedMs = Math.max(stats.mtimeMs, lastUse.get(name) ?? 0);
    items.push({ ...fileItem(join(dir, name), stats, "blobs"), lastUsedMs, hold: repairs.has(name) ? "repairs" : "free" });
  }
  return items;
}

async function shardedFiles(dir: string): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const shard of await namesIn(dir)) items.push(...(await filesIn(join(dir, shard), "metadata")));
  return items;
}

/** The files of a folder; those that were being written beside are leftovers. */
async function filesIn(dir: string, kind: CacheKind): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const name of await namesIn(dir)) {
    const stats = await statsOf(join(dir, name));
    if (stats?.isFile()) items.push(fileItem(join(dir, name), stats, name.endsWith(".tmp") ? "leftovers" : kind));
  }
  return items;
}

const fileItem = (path: string, stats: Stats, kind: CacheKind): CacheItem => ({
  kind,
  path,
  sizeBytes: stats.size,
  lastUsedMs: stats.mtimeMs,
  hold: "free",
});

async function gitItems(dir: string): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const mirror of await namesIn(dir)) {
    for (const name of await namesIn(join(dir, mirror))) {
      const kind = COMMIT.test(name) ? "git" : "leftovers";
      items.push(...(await directoryItem(join(dir, mirror, name), kind)));
    }
  }
  return items;
}

async function directoryItem(path: string, kind: CacheKind): Promise<readonly CacheItem[]> {
  const stats = await statsOf(path);
  if (!stats) return [];
  return [{ kind, path, sizeBytes: await treeBytes(path), lastUsedMs: stats.mtimeMs, hold: "free" }];
}

/** What is noted of a project is kept as long as it has a `.vox_modules`. */
async function linkItems(dir: string, cacheDir: string): Promise<readonly CacheItem[]> {
  const held = new Set<string>();
  for (const { projectDir } of new FsProjectLinks(cacheDir).all())
    if (await statsOf(join(projectDir, ".vox_modules"))) held.add(FsProjectLinks.nameOf(projectDir));
  const holdOf = (path: string): CacheHold => ([...held].some((name) => path.startsWith(join(dir, name))) ? "linked" : "free");
  return (await filesIn(dir, "links")).map((item) => ({
    ...item,
    hold: item.kind === "links" ? holdOf(item.path) : item.hold,
  }));
}

/** What compiled code of vox's own is kept; newer Nodes have a folder for each release. */
async function codeItems(dir: string): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const name of await namesIn(dir)) items.push(...(await directoryItem(join(dir, name), "code")));
  return items;
}

async function leftoversIn(dir: string, isLeftover: (name: string) => boolean): Promise<readonly CacheItem[]> {
  const items: CacheItem[] = [];
  for (const name of (await namesIn(dir)).filter(isLeftover))
    items.push(...(await directoryItem(join(dir, name), "leftovers")));
  return items;
}

/** Bytes of the files below a path, or of the file that it is. */
async function treeBytes(path: string): Promise<number> {
  const stats = await statsOf(path);
  if (!stats?.isDirectory()) return stats?.size ?? 0;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await treeBytes(join(path, name));
  return bytes;
}

/** Where a path leads; the cache may be known by several names. */
const realPathOf = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

const statsOf = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined);

const GONE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

/** Sorted; a folder that is not there holds nothing. */
async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && GONE.has(String(cause.code))) return [];
    throw new VoxError("FILE_UNREADABLE", `\`${dir}\` cannot be read`, { cause });
  }
}

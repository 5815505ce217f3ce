import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, isDigest } from "../../core/digest.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { BlobCache } from "../cas/blob-cache.ts";
import { type ArchivedPackage, blobOf } from "./closure.ts";
import { readNote } from "./fs-known-tree.ts";
import { fileStamp, statOf } from "./fs-stamp.ts";
import type { MaterializeRequest } from "./materializer.ts";

export interface BlobProofPorts {
  readonly blobs: BlobCache;
  /** Where the cache keeps a blob, or would. */
  readonly blobPath: (digest: Digest) => string;
}

export type BlobProofRequest = Pick<MaterializeRequest, "packages" | "verify" | "onEvent" | "refetch" | "signal">;

const RECORD = "blobs";

/**
 * Proves the cached blobs of a closure that is unpacked already, so that a change is noticed before an image needs them.
 * One whose inode, size and ctime are as recorded is believed, another is hashed again; a wrong one is thrown out and fetched anew.
 * A blob that is not in the cache is nobody's fault: the registry has it.
 */
export async function proveBlobs(closureDir: string, request: BlobProofRequest, ports: BlobProofPorts): Promise<void> {
  const recorded = readStamps(closureDir);
  const stamps = new Map<Digest, string>();
  for (const entry of request.packages) {
    const stamp = stampOf(ports.blobPath(entry.digest));
    if (stamp === undefined) continue;
    if (request.verify === "quick" && recorded.get(entry.digest) === stamp) {
      stamps.set(entry.digest, stamp);
      continue;
    }
    await proveBlob(entry, request, ports);
    const proved = stampOf(ports.blobPath(entry.digest));
    if (proved !== undefined) stamps.set(entry.digest, proved);
  }
  if (textOf(stamps) !== textOf(recorded)) writeStamps(closureDir, stamps);
}

/** Whether each blob that the cache has is as it was when it was proved. */
export function blobsUntouched(
  closureDir: string,
  packages: readonly ArchivedPackage[],
  { blobPath }: Pick<BlobProofPorts, "blobPath">,
): boolean {
  const recorded = readStamps(closureDir);
  return packages.every(({ digest }) => {
    const stamp = stampOf(blobPath(digest));
    return stamp === undefined || stamp === recorded.get(digest);
  });
}

async function proveBlob(
  entry: ArchivedPackage,
  { onEvent, refetch, signal }: BlobProofRequest,
  ports: BlobProofPorts,
): Promise<void> {
  try {
    for await (const chunk of ports.blobs.fetch(blobOf(entry), signal ? { signal } : {})) void chunk;
  } catch (error) {
    if (!isVoxError(error, "CACHE_CORRUPT")) throw error;
    const fetched = await refetch?.(entry).then(
      () => "and is fetched anew",
      () => "and is thrown out",
    );
    const message = `the cached archive of \`${entry.name}@${entry.version}\` was changed after it was verified ${fetched ?? "and is thrown out"}`;
    onEvent?.({ kind: "warning", code: error.code, message });
  }
}

/** The blobs that a closure is known to have been made from. */
export const recordedBlobs = (closureDir: string): readonly Digest[] => [...readStamps(closureDir).keys()];

function stampOf(path: string): string | undefined {
  const stats = statOf(path);
  return stats && fileStamp(stats);
}

/** Lines of `digest inode size ctime`; a record that cannot be read proves nothing and costs a hash. */
function readStamps(closureDir: string): ReadonlyMap<Digest, string> {
  const stamps = new Map<Digest, string>();
  for (const line of (readNote(join(closureDir, RECORD)) ?? "").split("\n")) {
    const digest = line.slice(0, line.indexOf(" "));
    if (isDigest(digest)) stamps.set(digest, line.slice(digest.length + 1));
  }
  return stamps;
}

/** Without a record the next run hashes again: a cache that cannot be written is still a cache. */
function writeStamps(closureDir: string, stamps: ReadonlyMap<Digest, string>): void {
  try {
    writeFileSync(join(closureDir, RECORD), textOf(stamps));
  } catch {
    return;
  }
}

const textOf = (stamps: ReadonlyMap<Digest, string>): string =>
  [...stamps].map(([digest, stamp]) => `${digest} ${stamp}\n`).join("");

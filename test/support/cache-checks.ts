import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leaveOut } from "./services.ts";

/** The blobs of a cache that are not what their names say. */
export function wrongBlobs(cacheDir: string): readonly string[] {
  const folder = join(cacheDir, "blobs/sha256");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(
    (name) =>
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex") !== name,
  );
}

export const closuresIn = (cacheDir: string): readonly string[] =>
  existsSync(join(cacheDir, "closures")) ? readdirSync(join(cacheDir, "closures")).filter((name) => !name.startsWith(".")) : [];

/** As many copies of a project beside it; returns their folders. */
export const copiesOf = (project: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const copy = `${project}-${index}`;
    cpSync(project, copy, { recursive: true, filter: (path) => !path.endsWith(".vox_modules") });
    return copy;
  });

/** Whether this user may mount; told when not, and an error where everything is required. */
export function requireMounts(): boolean {
  try {
    execFileSync("unshare", ["-m", "true"], { stdio: "ignore" });
    if (process.getuid?.() === 0) return true;
  } catch {
    // Told below.
  }
  return leaveOut("the right to mount", "needs root with CAP_SYS_ADMIN") ?? false;
}

/** A file system in memory at a folder, until it is disposed of. */
export function mountMemory(folder: string, sizeBytes: number): Disposable & { fill(leaveBytes: number): string } {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "vox-test", folder]);
  return {
    fill(leaveBytes) {
      const { bavail, bsize } = statfsSync(folder);
      const filler = join(folder, "filler");
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
      return filler;
    },
    [Symbol.dispose]: () => void execFileSync("umount", ["-l", folder]),
  };
}

/** A folder seen through a read-only mount of itself, until it is disposed of. */
export function mountReadOnly(folder: string): Disposable {
  execFileSync("mount", ["--bind", folder, folder]);
  execFileSync("mount", ["-o", "remount,ro,bind", folder]);
  return { [Symbol.dispose]: () => void execFileSync("umount", ["-l", folder]) };
}

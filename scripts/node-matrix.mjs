#!/usr/bin/env node
// Other Nodes to test with, from npm's `node-linux-*` packages, kept in node_modules/.cache/vox-nodes.
//
//   node scripts/node-matrix.mjs 22 24 26 [--json]
//
// Prints `version path` for each that can be had and run; exit 1 when one cannot.
import { execFileSync } from "node:child_process";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { npmNode } from "../examples/base-image/npm-node.mjs";

const CACHE = resolve(dirname(fileURLToPath(import.meta.url)), "../node_modules/.cache/vox-nodes");

function obtain(major) {
  try {
    if (process.platform !== "linux") throw new Error(`npm's node packages for ${process.platform} are not used here`);
    const { binary, version } = npmNode({ name: `node-linux-${process.arch}`, version: major, cache: CACHE });
    execFileSync(binary, ["--version"], { timeout: 30_000 });
    return { major, version, binary };
  } catch (error) {
    return {
      major,
      missing: String(error.stderr || error.message)
        .trim()
        .split("\n")
        .at(-1),
    };
  }
}

const args = process.argv.slice(2);
const nodes = args.filter((arg) => /^\d+$/.test(arg)).map(obtain);
if (args.includes("--json")) console.log(JSON.stringify(nodes));
else
  for (const { major, version, binary, missing } of nodes)
    console.log(missing ? `${major} missing: ${missing}` : `${version} ${binary}`);
process.exitCode = nodes.some((node) => node.missing) ? 1 : 0;

// Runs a TypeScript script of this folder on any Node that vox supports: `node scripts/run.mjs scripts/generate.ts --check`.
import { mkdir } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [script, ...rest] = process.argv.slice(2);
const folder = resolve("node_modules/.cache/vox-scripts");
const outfile = resolve(folder, `${basename(script, ".ts")}-${process.pid}.mjs`);
await mkdir(folder, { recursive: true });
await build({
  entryPoints: [script],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
process.argv.splice(1, process.argv.length, script, ...rest);
try {
  await import(pathToFileURL(outfile).href);
} finally {
  const { rm } = await import("node:fs/promises");
  await rm(outfile, { force: true });
}

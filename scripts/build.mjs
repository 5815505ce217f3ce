// Bundles the program into dist/. With --if-stale it does nothing when dist/ is newer than everything it is made from.
import { chmod, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const STAMP = "dist/.built";
const INPUTS = ["src", "package.json", "package-lock.json", "scripts/build.mjs"];

/** It loads files of its own by path, and only the commands that talk to an engine need it. */
const EXTERNAL = ["dockerode"];

/** zod carries its messages in forty languages; vox speaks one, and the others would double what starting it costs. */
const englishOnly = {
  name: "english-only",
  setup(bundle) {
    bundle.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    }));
  },
};

/** commander can start other programs as its subcommands; vox has none, and loading what starts processes takes as long as commander itself. */
const noSubprograms = {
  name: "no-subprograms",
  setup(bundle) {
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: "none", namespace: "no-subprograms" } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: "no-subprograms" }, () => ({ contents: "module.exports = {};" }));
  },
};

async function newest(path) {
  const facts = await stat(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  const entries = await readdir(path);
  const times = await Promise.all(entries.map((entry) => newest(join(path, entry))));
  return Math.max(facts.mtimeMs, ...times);
}

async function isFresh() {
  const built = await stat(STAMP).catch(() => undefined);
  if (built === undefined) return false;
  return Math.max(...(await Promise.all(INPUTS.map(newest)))) < built.mtimeMs;
}

/** Takes away what earlier builds left, after the new files are there: a program that is running keeps its chunks until then. */
async function removeOthers(folder, kept) {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path)) await rm(path);
  }
}

if (!(process.argv.includes("--if-stale") && (await isFresh()))) {
  const { metafile } = await build({
    entryPoints: { bin: "src/bin.ts" },
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: EXTERNAL,
    plugins: [englishOnly, noSubprograms],
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS packages in the bundle ask for Node's own modules by `require`.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "warning",
    metafile: true,
  });
  await removeOthers("dist", new Set(Object.keys(metafile.outputs)));
  await chmod("dist/bin.js", 0o755);
  await writeFile(STAMP, "");
}

// Bundles the program into dist/. With --if-stale it does nothing when dist/ is newer than everything it is made from.
import { chmod, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const STAMP = "dist/.built";

/** The bundle is CommonJS inside a package of ES modules: Node starts it 15 ms sooner, as none of its module loader for ES is needed. */
const PACKAGE = "dist/package.json";

const INPUTS = ["src", "package.json", "package-lock.json", "scripts/build.mjs"];

/** It loads files of its own by path, and only the commands that talk to an engine need it. */
const EXTERNAL = ["dockerode"];

const EMPTY_MODULE = "\0empty";

/** zod carries its messages in forty languages; vox speaks one, and the others would double what starting it costs. */
const englishOnly = {
  name: "english-only",
  load: {
    filter: { id: /zod\/v4\/locales\/index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

/** commander can start other programs as its subcommands; vox has none, and loading what starts processes takes as long as commander itself. */
const noSubprograms = {
  name: "no-subprograms",
  resolveId: {
    filter: { id: /^node:child_process$/ },
    handler: (_id, importer = "") => (/[\\/]commander[\\/]/.test(importer) ? EMPTY_MODULE : undefined),
  },
  load: { filter: { id: /^\0empty$/ }, handler: () => "module.exports = {};" },
};

/** undici is asked for connections alone; fetch, caches, web sockets and mocks are nine tenths of it, and would be loaded with them. */
const connectionsOnly = {
  name: "connections-only",
  load: {
    filter: { id: /[\\/]node_modules[\\/]undici[\\/]index\.js$/ },
    handler: () => `
      Object.assign(require("./lib/dispatcher/dispatcher").prototype, require("./lib/api"));
      module.exports = {
        Agent: require("./lib/dispatcher/agent"),
        get EnvHttpProxyAgent() { return require("./lib/dispatcher/env-http-proxy-agent"); },
      };`,
  },
};

/** What the commands that people run all day load before they know whether there is anything to do: one file, since each file costs a millisecond. */
const START = ["src/cli/main.ts", "src/cli/commands/lock.ts", "src/cli/commands/sync.ts"].map((path) => resolve(path));

/** Names the chunk of a module: `start` for START and all that it imports before anything else is asked for. */
function chunkOf() {
  let start;
  return (id, bundle) => {
    start ??= closureOf(START, (each) => bundle.getModuleInfo(each)?.importedIds ?? []);
    return start.has(id) ? "start" : null;
  };
}

function closureOf(roots, importsOf) {
  const seen = new Set(roots);
  for (const id of seen) for (const imported of importsOf(id)) seen.add(imported);
  return seen;
}

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
  const bundle = await rolldown({
    input: { bin: "src/bin.ts" },
    platform: "node",
    external: EXTERNAL,
    plugins: [englishOnly, noSubprograms, connectionsOnly],
    transform: { target: "node20" },
    // An import that cannot be resolved is only a warning there.
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.write({
    dir: "dist",
    format: "cjs",
    // What is not bundled is required: `import()` does not work in code that was kept compiled (src/runtime/fs-compiled-code.ts).
    dynamicImportInCjs: false,
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: { groups: [{ debugName: "start", name: chunkOf() }] },
    comments: { legal: false },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  await writeFile(PACKAGE, '{"type":"commonjs"}\n');
  await removeOthers("dist", new Set([PACKAGE, ...output.map(({ fileName }) => join("dist", fileName))]));
  await chmod("dist/bin.js", 0o755);
  await writeFile(STAMP, "");
}

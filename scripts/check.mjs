// Runs every check of the house, two at a time, and tells which failed. `node scripts/check.mjs types lint` runs some.
import { spawn } from "node:child_process";

const CHECKS = {
  generated: ["node", "scripts/run.mjs", "scripts/generate.ts", "--check"],
  types: ["tsc", "--noEmit", "-p", ".", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/types.tsbuildinfo"],
  format: [
    "prettier",
    "--check",
    "--cache",
    "--cache-location",
    "node_modules/.cache/prettier/check",
    "--log-level",
    "warn",
    ".",
  ],
  lint: ["oxlint", "--type-aware", "--quiet", "src", "scripts", "test"],
  imports: ["node", "scripts/run.mjs", "scripts/check-imports.ts"],
  unused: ["knip", "--no-progress"],
  package: ["publint", "--pack", "npm", "--strict"],
  site: ["node", "scripts/run.mjs", "scripts/site.mjs", "node_modules/.cache/vox-site"],
  docs: ["node", "dist/bin.js", "ci", "docs-sync", "--check"],
  compliance: ["node", "dist/bin.js", "ci", "command-compliance"],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`no check is named ${unknown.join(", ")}; there are ${Object.keys(CHECKS).join(", ")}`);
  process.exit(64);
}

/** Output is kept until the end, so that two checks do not mix their lines. */
function run([program, ...args]) {
  return new Promise((resolve) => {
    // Gates are held here as CI holds them.
    const env = { VOX_LANE: "ci", ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ ok: false, output: String(error) }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

const queue = (asked.length > 0 ? asked : Object.keys(CHECKS)).values();
const failed = [];

async function worker() {
  for (const name of queue) {
    const started = performance.now();
    const { ok, output } = await run(CHECKS[name]);
    console.error(`${ok ? "ok  " : "FAIL"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (!ok) {
      failed.push(name);
      console.error(output.trimEnd());
    }
  }
}

await run(["node", "scripts/build.mjs", "--if-stale"]);
await Promise.all([worker(), worker()]);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

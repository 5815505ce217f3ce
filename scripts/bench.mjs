// Runs one of the benchmarks in test/bench on the built program: `npm run bench -- resolve`.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const [name = "", ...rest] = process.argv.slice(2);
const script = `test/bench/${name}.ts`;
if (name === "" || !existsSync(script)) {
  console.error(`no benchmark is named \`${name}\`: there is a file test/bench/NAME.ts for each`);
  process.exit(64);
}
execFileSync(process.execPath, ["scripts/build.mjs", "--if-stale"], { stdio: "inherit" });
execFileSync(process.execPath, ["scripts/run.mjs", script, ...rest], { stdio: "inherit" });

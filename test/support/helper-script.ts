import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A program that keeps credentials, as Docker's helpers do, and talks where it should be silent. */
export interface HelperScript {
  /** The folder to put on PATH. */
  readonly folder: string;
  /** What it holds, by server address. */
  held(): Readonly<Record<string, unknown>>;
}

/** What a helper says that nobody may repeat. */
export const HELPER_TALK = "helper-talk-7f3a";

/** `docker-credential-NAME` in a folder, over one JSON file. */
export function installHelper(folder: string, name: string): HelperScript {
  mkdirSync(folder, { recursive: true });
  const state = join(folder, `${name}.json`);
  const program = join(folder, `docker-credential-${name}`);
  writeFileSync(
    program,
    `#!${process.execPath}
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const input = readFileSync(0, "utf8");
const held = existsSync(${JSON.stringify(state)}) ? JSON.parse(readFileSync(${JSON.stringify(state)}, "utf8")) : {};
const fail = (message) => { console.log(message); process.exit(1); };
const verb = process.argv[2];
if (verb !== "get") console.error("${HELPER_TALK}");
if (verb === "store") { const { ServerURL, Username, Secret } = JSON.parse(input); held[ServerURL] = { Username, Secret }; }
else if (held[input] === undefined) fail("credentials not found in native keychain");
else if (verb === "get") console.log(JSON.stringify({ ServerURL: input, ...held[input] }));
else delete held[input];
writeFileSync(${JSON.stringify(state)}, JSON.stringify(held));
`,
  );
  chmodSync(program, 0o755);
  return { folder, held: () => (existsSync(state) ? JSON.parse(readFileSync(state, "utf8")) : {}) };
}

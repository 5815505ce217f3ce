// What the demo prints, without what differs between machines, as README.md shows it.
// `node scripts/demo-transcript.mjs` runs the demo and writes it there.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const README = join(CHECKOUT, "README.md");
const BLOCK = /(<!-- demo -->\n\n```text\n)([\s\S]*?)(\n```\n\n<!-- \/demo -->)/;
const COLUMNS = 118;
const END_COLUMNS = 36;

/** Long lines keep their beginning and their end. */
const shorten = (line) =>
  line.length <= COLUMNS ? line : `${line.slice(0, COLUMNS - END_COLUMNS - 3)} … ${line.slice(-END_COLUMNS)}`;

/** Equal digests stay equal and different ones different: the first is `sha256:a…`, the next `sha256:b…`. */
function nameDigests(text) {
  const names = new Map();
  return text.replaceAll(/sha256:[0-9a-f]{64}/g, (digest) => {
    if (!names.has(digest)) names.set(digest, `sha256:${String.fromCharCode(97 + names.size)}…`);
    return names.get(digest);
  });
}

/** @param {string} output of the demo */
export function scrub(output) {
  const [steps] = output.split(/\n+(?:All of it ran\.|Left out here:)/);
  return nameDigests(steps)
    .replaceAll(" (made before)", "")
    .replaceAll(/^( *linux\/\w+: ).*$/gm, "$1Node")
    .split("\n")
    .map(shorten)
    .join("\n")
    .trim();
}

/** The last step, which needs an engine. */
export const ENGINE_STEP = "\n\n8. ";

export const runDemo = () => execFileSync(process.execPath, [join(CHECKOUT, "scripts/demo.mjs")], { encoding: "utf8" });

export const shownTranscript = () => BLOCK.exec(readFileSync(README, "utf8"))?.[2];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = runDemo();
  if (!output.includes("All of it ran."))
    throw new Error(`the transcript shows every step, and this run left some out\n${output}`);
  const readme = readFileSync(README, "utf8");
  writeFileSync(
    README,
    readme.replace(BLOCK, (_, before, __, after) => before + scrub(output) + after),
  );
}

#!/usr/bin/env node
// Makes the example's base image: the running Node and the libraries it needs, nothing else, as a two-platform OCI layout.
//
//   node examples/base-image/make.mjs [--out DIR] [--fresh] [--json]
//
// The other platform's Node comes from npm, its libraries from Debian. Where they cannot be had (no network, not Debian,
// macOS, Windows) that platform is a stand-in: a layer with a note in it, labelled dev.vox.example.stand-in, that cannot run.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeLayout } from "./layout.mjs";
import { debianLibraries, hostLibraries } from "./libraries.mjs";
import { npmNode } from "./npm-node.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const CHECKOUT = resolve(HERE, "../..");
export const TAG = "node";
const NPM_CPU = { amd64: "x64", arm64: "arm64" };
const STANDARD_LIBRARY_FOLDER = /^\/(usr\/)?lib(64)?(\/[a-z0-9_]+-linux-(gnu|musl)[a-z0-9]*)?\/[^/]+$/;

const hostArchitecture = () => (process.arch === "x64" ? "amd64" : process.arch);
const inTar = (path) => path.replace(/^\//, "");

const COMMON = [
  { path: "etc/passwd", mode: 0o644, content: Buffer.from("root:x:0:0:root:/:\nnonroot:x:65532:65532:nonroot:/tmp:\n") },
  { path: "etc/group", mode: 0o644, content: Buffer.from("root:x:0:\nnonroot:x:65532:\n") },
  { path: "tmp/", mode: 0o1777 },
];

function nodePlatform({ architecture, binary, version, libraries }) {
  const outside = [
    ...new Set([...libraries.keys()].filter((path) => !STANDARD_LIBRARY_FOLDER.test(path)).map((path) => dirname(path))),
  ];
  const path = "PATH=/usr/local/bin:/usr/bin:/bin";
  const env = [path, `NODE_VERSION=${version}`, ...(outside.length > 0 ? [`LD_LIBRARY_PATH=${outside.join(":")}`] : [])];
  return {
    architecture,
    comment: `Node ${version} and its libraries`,
    run: { Env: env, WorkingDir: "/", Cmd: ["node"], Labels: { "dev.vox.example.node": version } },
    entries: [
      ...COMMON,
      { path: "usr/local/bin/node", mode: 0o755, content: readFileSync(binary) },
      ...[...libraries].map(([library, content]) => ({ path: inTar(library), mode: 0o755, content })),
    ],
  };
}

function standIn(architecture, reason) {
  const note = "This platform of the example's base image is a stand-in: it holds no Node and cannot run.\n";
  return {
    architecture,
    standIn: reason,
    comment: "stand-in, cannot run",
    run: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], WorkingDir: "/", Labels: { "dev.vox.example.stand-in": "true" } },
    entries: [...COMMON, { path: "STAND-IN", mode: 0o644, content: Buffer.from(note) }],
  };
}

function hostPlatform(architecture) {
  if (process.platform !== "linux")
    return standIn(architecture, `this machine runs ${process.platform}, an image needs a Node for Linux`);
  return nodePlatform({
    architecture,
    binary: process.execPath,
    version: process.versions.node,
    libraries: hostLibraries(process.execPath),
  });
}

function foreignPlatform(architecture) {
  try {
    const name = `node-linux-${NPM_CPU[architecture]}`;
    const libraries = debianLibraries(architecture);
    return nodePlatform({
      architecture,
      libraries,
      ...npmNode({ name, version: process.versions.node, cache: join(CHECKOUT, "node_modules/.cache/vox-nodes") }),
    });
  } catch (error) {
    const lines = String(error.stderr || error.message)
      .trim()
      .split("\n");
    return standIn(architecture, lines.at(-1));
  }
}

function inputsKey() {
  const { size, mtimeMs } = statSync(process.execPath);
  return JSON.stringify({
    recipe: 1,
    node: process.versions.node,
    arch: process.arch,
    platform: process.platform,
    size,
    mtimeMs,
  });
}

function madeBefore(out) {
  const record = `${out}.json`;
  if (!existsSync(record) || !existsSync(join(out, "index.json"))) return undefined;
  const made = JSON.parse(readFileSync(record, "utf8"));
  return made.inputs === inputsKey() ? made : undefined;
}

/** One maker at a time: test files start side by side, and each asks for the layout. */
function withLock(path, work) {
  const patience = Date.now() + 300_000;
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (Date.now() > patience) throw new Error(`${path} is held; remove it when nothing makes the base image`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function make(out) {
  const host = hostArchitecture();
  const platforms = ["amd64", "arm64"].map((architecture) =>
    architecture === host ? hostPlatform(architecture) : foreignPlatform(architecture),
  );
  const digest = writeLayout({ out, tag: TAG, version: process.versions.node, platforms });
  const summary = platforms.map(({ architecture, standIn: reason }) => ({
    platform: `linux/${architecture}`,
    ...(reason ? { standIn: reason } : {}),
  }));
  writeFileSync(`${out}.json`, JSON.stringify({ inputs: inputsKey(), digest, platforms: summary }, null, 2) + "\n");
  return { digest, platforms: summary };
}

/**
 * @param {{ out?: string, fresh?: boolean }} [options]
 * @returns {{ out: string, reference: string, digest: string, reused: boolean, platforms: { platform: string, standIn?: string }[] }}
 */
export function makeBaseImage({ out = join(HERE, "layout"), fresh = false } = {}) {
  mkdirSync(dirname(out), { recursive: true });
  return withLock(`${out}.making`, () => {
    const before = fresh ? undefined : madeBefore(out);
    const { digest, platforms } = before ?? make(out);
    return { out, reference: `oci-layout:${out}:${TAG}`, digest, platforms, reused: before !== undefined };
  });
}

function main(args) {
  const at = args.indexOf("--out");
  const made = makeBaseImage({ fresh: args.includes("--fresh"), ...(at >= 0 ? { out: resolve(args[at + 1]) } : {}) });
  if (args.includes("--json")) return console.log(JSON.stringify(made));
  console.log(`${made.reference}${made.reused ? " (made before)" : ""}`);
  console.log(made.digest);
  for (const { platform, standIn: reason } of made.platforms) {
    console.log(`${platform}: ${reason ? `stand-in, cannot run (${reason})` : `Node ${process.versions.node}`}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));

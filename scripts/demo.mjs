#!/usr/bin/env node
// The main job from end to end on what every machine has: Node and this checkout. `npm run demo`.
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Docker from "dockerode";
import { makeBaseImage } from "../examples/base-image/make.mjs";
import { publishOrder } from "./publish-order.mjs";

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const PROGRAM = join(CHECKOUT, "dist/bin.js");
const run = promisify(execFile);

const work = mkdtempSync(join(tmpdir(), "vox-demo-"));
const shop = join(work, "storefront");
const app = join(shop, "app");
const leftOut = [];

// --- telling ---------------------------------------------------------------------------------------------------

let steps = 0;
const step = (title) => console.log(`\n${++steps}. ${title}`);
const command = (text) => console.log(`   $ ${text}`);
const result = (text) => console.log(text.trim().replaceAll(/^/gm, "     ").replaceAll(work, "$DEMO"));

// --- vox -------------------------------------------------------------------------------------------------------

/** The demo's own cache and registry, nothing of the caller's vox; CI=true would turn `lock` into a check. */
const environment = (cache) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CI|VOX_.*|SOURCE_DATE_EPOCH)$/.test(name))),
  VOX_CACHE_DIR: join(work, cache),
  VOX_DATA_DIR: join(work, "data"),
  VOX_CONFIG_DIR: join(work, "config"),
});

/** Runs vox as a person would, shows the line, gives its `--json` document. */
async function vox(args, { cwd = shop, cache = "cache", env = {}, show = true } = {}) {
  if (show) command(`vox ${args.join(" ").replaceAll(work, "$DEMO")}`);
  const variables = { ...environment(cache), ...env };
  const { stdout } = await run(process.execPath, [PROGRAM, ...args, "--json"], { cwd, env: variables, maxBuffer: 64 << 20 });
  return JSON.parse(stdout);
}

// --- servers ---------------------------------------------------------------------------------------------------

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function answerOf(url) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return JSON.stringify(await (await fetch(url)).json());
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

// --- the engine, where one answers -------------------------------------------------------------------------------

function engineAddresses() {
  const rootless = process.env.XDG_RUNTIME_DIR ? [`unix://${process.env.XDG_RUNTIME_DIR}/podman/podman.sock`] : [];
  const named = [process.env.DOCKER_HOST, process.env.VOX_TEST_DOCKER_HOST, process.env.VOX_TEST_PODMAN_HOST];
  return [...named, "unix:///var/run/docker.sock", ...rootless, "unix:///run/podman/podman.sock"].filter(Boolean);
}

function engineAt(address) {
  if (address.startsWith("unix://")) return new Docker({ socketPath: address.slice("unix://".length) });
  const { hostname, port } = new URL(address.replace(/^tcp:/, "http:"));
  return new Docker({ host: hostname, port: Number(port || 2375) });
}

async function findEngine() {
  for (const address of engineAddresses()) {
    const engine = engineAt(address);
    const answered = await Promise.race([
      engine.ping().then(
        () => true,
        () => false,
      ),
      new Promise((done) => setTimeout(() => done(false), 3_000).unref()),
    ]);
    if (answered) return { address, engine };
  }
  return undefined;
}

/** On the machine's own network, then by a published port: daemons differ in which of them can be reached. */
async function startContainer(engine, image) {
  const port = await freePort();
  const ulimits = ["nofile", "nproc"].map((Name) => ({ Name, Soft: 1024, Hard: 4096 }));
  const ways = [
    { Env: [`PORT=${port}`], HostConfig: { NetworkMode: "host", Ulimits: ulimits } },
    { HostConfig: { PortBindings: { "3000/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] }, Ulimits: ulimits } },
  ];
  const onLinux = process.platform === "linux";
  const container = await engine.createContainer({ Image: image, ...(onLinux ? ways[0] : ways[1]) });
  await container.start();
  return { container, url: `http://127.0.0.1:${port}/` };
}

// --- the steps -------------------------------------------------------------------------------------------------

function buildProgram() {
  step("Build vox");
  command("node scripts/build.mjs --if-stale");
  execFileSync(process.execPath, ["scripts/build.mjs", "--if-stale"], {
    cwd: CHECKOUT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  result("dist/bin.js");
}

function prepare() {
  step("Copy the example and make its base image from this machine's Node");
  command("node examples/base-image/make.mjs");
  const base = makeBaseImage();
  result(`${base.digest}${base.reused ? " (made before)" : ""}`);
  for (const { platform, standIn } of base.platforms) {
    result(`${platform}: ${standIn ? "stand-in, cannot run" : `Node ${process.versions.node}`}`);
    if (standIn) leftOut.push(`a ${platform} image that runs: ${standIn}`);
  }
  cpSync(join(CHECKOUT, "examples/storefront"), shop, {
    recursive: true,
    filter: (path) => !/\.vox_modules|vox\.lock/.test(path),
  });
  symlinkSync(join(CHECKOUT, "examples/base-image"), join(work, "base-image"), "dir");
}

async function publishPackages() {
  step("Publish the example's packages to a registry, which is a folder here");
  command("vox pm publish --package NAME");
  const names = publishOrder(shop);
  for (const name of names) await vox(["pm", "publish", "--package", name], { show: false, cache: "publishers-cache" });
  result(names.join(" "));
}

async function lockAndSync() {
  step("Lock: choose versions and pin the base image");
  const locked = await vox(["lock"]);
  result(`${locked.packages} packages, ${locked.lockDigest}`);
  step("Sync: fetch what the lock names, verify it, link it");
  const synced = await vox(["sync", "--frozen"], { cwd: app });
  result(`${synced.packages} packages, ${synced.fetched} fetched`);
}

async function serveFromDesk() {
  step("Run the application from the desk");
  const port = await freePort();
  command("node server.js & curl http://127.0.0.1:PORT/");
  const server = spawn(process.execPath, ["server.js"], {
    cwd: app,
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((done) => server.once("exit", done));
  try {
    result(await answerOf(`http://127.0.0.1:${port}/`));
  } finally {
    server.kill("SIGTERM");
    await ended;
  }
}

async function buildTwice() {
  step("Build the image for both platforms, twice, the second time with an empty cache");
  const digests = [];
  for (const cache of ["cache", "other-cache"]) {
    const { image } = await vox(["package", "--out", join(work, `image-with-${cache}`)], { cwd: app, cache });
    result(`${image.digest}  ${image.platforms.map(({ platform }) => platform).join(" ")}`);
    digests.push(image.digest);
  }
  if (digests[0] !== digests[1]) throw new Error("the two builds differ");
  result("the same");
}

async function runInEngine() {
  step("Load the image into an engine and run it");
  const found = await findEngine();
  if (!found) {
    result("left out: no engine answers");
    leftOut.push("loading and running the image: no Docker or Podman answers (set DOCKER_HOST)");
    return;
  }
  const { image } = await vox(["deploy", "--load"], { cwd: app, env: { DOCKER_HOST: found.address } });
  result(image.reference);
  command("docker run … & curl http://127.0.0.1:PORT/");
  const { container, url } = await startContainer(found.engine, image.reference);
  try {
    result(await answerOf(url));
  } finally {
    await container.remove({ force: true });
  }
}

async function main() {
  buildProgram();
  prepare();
  await publishPackages();
  await lockAndSync();
  await serveFromDesk();
  await buildTwice();
  await runInEngine();
  console.log(leftOut.length === 0 ? "\nAll of it ran." : `\nLeft out here:\n${leftOut.map((line) => `- ${line}`).join("\n")}`);
}

try {
  await main();
} catch (error) {
  console.error(error.stderr || error);
  process.exitCode = 1;
} finally {
  if (existsSync(work)) rmSync(work, { recursive: true, force: true });
}

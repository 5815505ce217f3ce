import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type LoggedRegistry, type LoggedRequest, openLoggedRegistry } from "../support/real-registry.ts";
import { requireService } from "../support/services.ts";
import { type FilePackage, filePackages } from "./file-packages.ts";
import { type Builder, builders, DOCKERFILE } from "./image-tools.ts";
import { requireSameTree, treeOf } from "./image-tree.ts";
import { layContext, manifestOf, openRepository, pushBase, publishTo } from "./image-world.ts";
import { type Contestant, option, report } from "./measure.ts";

/*
 * From files to an image in a registry, measured from outside:
 * `npm run bench -- image [--runs N] [--packages N] [--payload MIB] [--rate BYTES] [--cells TEXT]`.
 * With a payload the application has so much more in files of 8 MiB, which halve when they are compressed.
 * The same base and the same files go through vox, Docker's two builders, buildah, and umoci with skopeo. Start services of their own for it,
 * since the engine's images and caches are removed, with their folder on tmpfs:
 * VOX_SERVICES_DIR=/dev/shm/vox-bench scripts/services start
 */

const PROGRAM = resolve("dist/bin.js");
const FILES_EACH = 20;
const MBIT_100 = 12_500_000;
const PAYLOAD_FILE_MIB = 8;

const runs = Number(option("runs") ?? 10);
const count = Number(option("packages") ?? 60);
const payloadMiB = Number(option("payload") ?? 0);
const only = option("cells") ?? "";
const upstream = (await requireService("registry")) ?? "";
const dockerHost = (await requireService("docker")) ?? "";
if (!(process.env["VOX_SERVICES_DIR"] ?? "").includes("bench"))
  throw new Error("the engine's images will be removed: start services of their own, see the top of test/bench/image.ts");

const folder = await mkdtemp(join(process.env["VOX_SERVICES_DIR"] ?? tmpdir(), "image-"));
const prefix = `bench-${process.pid}`;
const { packages, roots } = filePackages(count, FILES_EACH);
/** The package that changes. */
const CHANGING = packages.find(({ name }) => name in roots) ?? packages[0];
const published = new Set<number>();
let cellsMeasured = 0;

type Cell = "cold" | "nothing changed" | "one source line" | "one dependency" | "two platforms, one source line";

/** One way to have the files in a registry. */
interface Tool {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where a repository of the cell's is, by what tells it apart. */
  readonly reference: (key: string) => string;
  readonly command: (key: string, both: boolean) => readonly string[];
  readonly forget: () => Promise<void>;
  /** Before a run, untimed: what has to be said of where the image goes. */
  readonly aim: (key: string, both: boolean) => Promise<void>;
  readonly editSource: (turn: number) => Promise<void>;
  readonly editDependency: (turn: number) => Promise<void>;
}

try {
  const bases = await pushBase(upstream, folder, `${prefix}/node`);
  for (const pack of packages) await publishTo(upstream, `${prefix}/packages`, pack);
  await through("a registry on tmpfs", undefined, bases, [
    "cold",
    "nothing changed",
    "one source line",
    "one dependency",
    "two platforms, one source line",
  ]);
  const rate = Number(option("rate") ?? MBIT_100);
  await through(`the same behind ${(rate / 1e6).toFixed(1)} MB/s`, rate, bases, ["cold", "one source line"]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

type Bases = Awaited<ReturnType<typeof pushBase>>;

async function through(place: string, bytesPerSecond: number | undefined, bases: Bases, cells: readonly Cell[]): Promise<void> {
  const door = await openLoggedRegistry(upstream, bytesPerSecond === undefined ? {} : { bytesPerSecond });
  const state = join(folder, door.host.replace(":", "-"));
  const tools: Tool[] = [];
  try {
    const vox = await voxTool(door, join(state, "vox"));
    tools.push(vox);
    await runOnce(vox, "seed", false);
    const seeded = openRepository(upstream, repositoryOf(vox.reference("seed")));
    const template = join(state, "context");
    await layContext(seeded, "production", template, DOCKERFILE);
    for (const builder of builders({ stateDir: state, contextDir: "$CONTEXT", registry: door.host, bases }, dockerHost))
      tools.push(await peerTool(builder, door, template, state));
    for (const cell of cells.filter((name) => name.includes(only))) await measure(cell, place, tools, door);
    if (bytesPerSecond === undefined && "first pull".includes(only)) await measurePull(tools, door);
  } finally {
    for (const tool of tools) await tool.forget().catch(console.error);
    await door.close();
  }
}

async function measure(cell: Cell, place: string, tools: readonly Tool[], door: LoggedRegistry): Promise<void> {
  const both = cell.startsWith("two platforms");
  const first = (cellsMeasured += 1) * 1000;
  // Each place has repositories of its own, so that nothing lies where an earlier one left it.
  const line = door.host.replace(/^.*:/, "");
  const keyOf = (turn: number): string =>
    cell === "cold" ? `cold-${line}-${turn}` : `${cell.replaceAll(/[^a-z]+/g, "-")}-${line}`;
  const turns = new Map<Tool, number>();
  const contestants: Contestant[] = [];
  for (const tool of tools) {
    let log: readonly LoggedRequest[] = [];
    turns.set(tool, 0);
    if (cell !== "cold") await runOnce(tool, keyOf(0), both);
    const prepare = async (): Promise<void> => {
      const turn = (turns.get(tool) ?? 0) + 1;
      turns.set(tool, turn);
      // What an earlier cell pushed is in the registry, and some builders remember where.
      if (cell !== "nothing changed" && cell !== "one dependency") await tool.editSource(first + turn);
      if (cell === "one dependency" || cell === "cold") await tool.editDependency(first + turn);
      await tool.aim(keyOf(turn), both);
      if (cell === "cold") await tool.forget();
      door.takeLog();
    };
    contestants.push({
      label: tool.name,
      cwd: tool.cwd,
      env: tool.env,
      // A cold run's repository is another each time.
      get command() {
        return tool.command(keyOf(turns.get(tool) ?? 0), both);
      },
      prepare,
      sentBytes: () => {
        log = door.takeLog();
        return log.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
      },
      requests: () => log.length,
    });
  }
  const verify = (): Promise<void> => requireSameTrees(tools, (tool) => keyOf(turns.get(tool) ?? 0), both);
  await report({ title: `${cell}, ${place}`, against: "BuildKit", contestants, verify }, runs);
}

/** Every tool's image has the files of vox's. */
async function requireSameTrees(tools: readonly Tool[], keyOf: (tool: Tool) => string, both: boolean): Promise<void> {
  const [vox, ...others] = tools;
  if (!vox) return;
  const tree = (tool: Tool, tag: string) => treeOf(openRepository(upstream, repositoryOf(tool.reference(keyOf(tool)))), tag);
  const expected = await tree(vox, "production");
  for (const tool of others) {
    const tag = both && tool.name === "umoci + skopeo" ? "production-amd64" : "production";
    requireSameTree(expected, await tree(tool, tag), tool.name);
  }
  console.log(`\n${expected.size} entries, the same in all ${tools.length} images`);
}

/** What a machine waits for that has nothing of the image, its base included. */
async function measurePull(tools: readonly Tool[], door: LoggedRegistry): Promise<void> {
  const pulled = tools.filter(({ name }) => name === "vox" || name === "BuildKit");
  const env = { DOCKER_HOST: dockerHost };
  const prune = ["sh", "-c", "/usr/bin/docker image prune -af && /usr/bin/docker builder prune -af"];
  const contestants: Contestant[] = [];
  for (const tool of pulled) {
    await runOnce(tool, "pull", false);
    contestants.push({
      label: tool.name,
      command: ["/usr/bin/docker", "pull", "-q", `${tool.reference("pull")}:production`],
      cwd: folder,
      env,
      prepare: async () => {
        await run(prune, folder, env);
        door.takeLog();
      },
      requests: () => door.takeLog().length,
    });
  }
  await report({ title: "first pull by Docker, a registry on tmpfs", against: "BuildKit", contestants }, runs);
}

async function runOnce(tool: Tool, key: string, both: boolean): Promise<void> {
  await tool.aim(key, both);
  await run(tool.command(key, both), tool.cwd, tool.env);
}

async function voxTool({ host }: LoggedRegistry, state: string): Promise<Tool> {
  const project = join(state, "project");
  await mkdir(project, { recursive: true });
  const cacheDir = join(state, "cache");
  const env = { VOX_CACHE_DIR: cacheDir, VOX_DATA_DIR: join(state, "data"), VOX_CONFIG_DIR: join(state, "config") };
  const vox = (...args: readonly string[]): readonly string[] => [process.execPath, PROGRAM, ...args];
  const editSource = (turn: number): Promise<void> => writeFile(join(project, "server.js"), sourceOf(turn));
  await editSource(0);
  for (let at = 0; at < payloadMiB; at += PAYLOAD_FILE_MIB)
    await writeFile(join(project, `payload-${at}.bin`), payload(Math.min(PAYLOAD_FILE_MIB, payloadMiB - at)));
  const aim = async (key: string, both: boolean): Promise<void> => {
    await writeFile(join(project, "Vox.toml"), applicationManifest(host, key, both));
    await run(vox("lock", "--quiet"), project, env);
  };
  return {
    name: "vox",
    env,
    cwd: project,
    reference: (key) => `${host}/${prefix}/${key}-vox/app`,
    command: () => vox("deploy", "--quiet"),
    forget: () => rm(cacheDir, { recursive: true, force: true }),
    aim,
    editSource,
    editDependency: async (turn) => {
      await publishTurn(turn);
      await run(vox("update", CHANGING?.name ?? "", "--quiet"), project, env);
    },
  };
}

async function peerTool(builder: Builder, { host }: LoggedRegistry, template: string, state: string): Promise<Tool> {
  const slug = builder.name.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  const context = join(state, `context-${slug}`);
  await cp(template, context, { recursive: true, verbatimSymlinks: true });
  const env = { ...builder.env, CONTEXT: context };
  const reference = (key: string): string => `${host}/${prefix}/${key}-${slug}/app`;
  return {
    name: builder.name,
    env,
    cwd: context,
    reference,
    command: (key, both) => {
      const named = `${reference(key)}:production`;
      return ["sh", "-c", both ? builder.buildBoth(named) : builder.build(named)];
    },
    forget: async () => void (await run(["sh", "-c", builder.forget], folder, env)),
    // vox puts it into the image, so everyone does.
    aim: (key, both) => writeFile(join(context, "app/app/Vox.toml"), applicationManifest(host, key, both)),
    editSource: (turn) => writeFile(join(context, "app/app/server.js"), sourceOf(turn)),
    editDependency: async (turn) => {
      const pack = turnOf(turn);
      const dir = join(context, "deps/opt/vox/modules", pack.name);
      await writeFile(join(dir, "Vox.toml"), manifestOf(pack));
      for (const [path, text] of Object.entries(pack.files)) await writeFile(join(dir, path), text);
    },
  };
}

/** The application's Vox.toml. */
function applicationManifest(host: string, key: string, both: boolean): string {
  const asks = Object.entries(roots).map(([name, range]) => `${name} = "${range}"\n`);
  const platforms = both ? '["linux/amd64", "linux/arm64"]' : '["linux/amd64"]';
  return (
    `[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n[registries.default]\nindex = "oci://${host}/${prefix}/packages"\n` +
    `[dependencies]\n${asks.join("")}[deploy.container]\nimage_name = "app"\nbase_image = "${host}/${prefix}/node:bench"\n` +
    `registry = "${host}/${prefix}/${key}-vox"\nplatforms = ${platforms}\ncmd = ["node", "server.js"]\n`
  );
}

/** The changing package as it is at a turn. */
function turnOf(turn: number): FilePackage {
  if (!CHANGING) throw new Error("there is no package");
  return { ...CHANGING, version: `1.3.${turn}`, files: { ...CHANGING.files, "file-0.js": `export const turn = ${turn};\n` } };
}

async function publishTurn(turn: number): Promise<void> {
  if (published.has(turn)) return;
  published.add(turn);
  await publishTo(upstream, `${prefix}/packages`, turnOf(turn));
}

function sourceOf(turn: number): string {
  return `import http from "node:http";\nhttp.createServer((_, answer) => answer.end("turn ${turn}")).listen(3000);\n`;
}

/** Behind the first slash. */
function repositoryOf(reference: string): string {
  return reference.slice(reference.indexOf("/") + 1);
}

/** The door is in this process, so it must not wait for a child without answering. */
async function run(
  [program = "", ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });
  return stdout;
}

/** Hexadecimal digits of random bytes: what compressing takes and gives is that of text, and no two runs are alike. */
function payload(sizeMiB: number): string {
  return randomBytes(sizeMiB * 2 ** 19).toString("hex");
}

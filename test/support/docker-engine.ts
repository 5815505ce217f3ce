import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { Readable } from "node:stream";
import Docker from "dockerode";
import { foreignEntries, foreignMembers } from "../../src/archive/foreign-members.ts";
import { streamOf } from "../../src/core/byte-stream.ts";
import { portOf } from "./loopback-port.ts";

/** A real engine as the tests use it: what it pulls and runs is the proof that vox's images are images. */
export interface TestEngine {
  /** Waits until the image is there. */
  pull(reference: string): Promise<void>;
  /** Starts the image on the machine's own network, its server on a free port. */
  run(reference: string, options?: { readonly user?: string }): Promise<TestContainer>;
  /** A container that somebody else started, its server on a port of loopback. */
  running(id: string, port: number): TestContainer;
  /** The image's file tree as a container sees it: by path, `755 0:0`, or `-> target` of a link. */
  tree(reference: string): Promise<ReadonlyMap<string, string>>;
  /** The same with sizes and digests of files. */
  wholeTree(reference: string): Promise<Readonly<Record<string, string>>>;
  /** What `docker build .` in a folder does. */
  build(folder: string, options: BuildOptions): Promise<void>;
  /** Every image with a label, those between two steps too: its names, none for one that a build left. */
  imagesLabelled(label: string): Promise<readonly (readonly string[])[]>;
  /** Removes every image with a label. */
  removeLabelled(label: string): Promise<void>;
  /** IDs of containers, running or not, whose command holds a text. */
  containersRunning(text: string): Promise<readonly string[]>;
  inspectImage(reference: string): Promise<Docker.ImageInspectInfo>;
  /** Removes what the test pulled or loaded; what is not there is no error. */
  removeImage(reference: string): Promise<void>;
}

export interface BuildOptions {
  readonly tag: string;
  readonly buildkit: boolean;
  /** The machine's own, for steps that fetch something. */
  readonly hostNetwork?: boolean;
}

export interface TestContainer {
  readonly id: string;
  /** Where its server answers. */
  readonly url: string;
  /** Asks until it answers. */
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Runs a program in it; its output. */
  exec(command: readonly string[]): Promise<string>;
  /** Sends SIGTERM, waits; the exit code. */
  stop(): Promise<number>;
  remove(): Promise<void>;
}

const ANSWER_TIMEOUT_MS = 20_000;

function connect(address: string): Docker {
  if (address.startsWith("unix://")) return new Docker({ socketPath: address.slice("unix://".length), version: "v1.41" });
  const { hostname, port } = new URL(address.replace(/^tcp:/, "http:"));
  return new Docker({ host: hostname, port: Number(port), version: "v1.41" });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ask(url: string, timeoutMs: number): Promise<{ status: number; body: unknown }> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const response = await fetch(url);
      return { status: response.status, body: await response.json() };
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function execIn(container: Docker.Container, command: readonly string[]): Promise<string> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

async function withLogs(container: Docker.Container, error: unknown): Promise<never> {
  const logs = await container.logs({ stdout: true, stderr: true });
  throw new Error(`the container did not answer; it said: ${logs.toString("utf8")}`, { cause: error });
}

function running(container: Docker.Container, port: number): TestContainer {
  const url = `http://127.0.0.1:${port}`;
  return {
    id: container.id,
    url,
    get: (path) => ask(url + path, ANSWER_TIMEOUT_MS).catch((error: unknown) => withLogs(container, error)),
    exec: (command) => execIn(container, command),
    stop: async () => {
      await container.stop({ t: 10 });
      const { State } = await container.inspect();
      return State.ExitCode;
    },
    remove: async () => {
      await container.remove({ force: true });
    },
  };
}

async function treeIn(container: Docker.Container): Promise<ReadonlyMap<string, string>> {
  const tree = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of await container.export()) chunks.push(Buffer.from(chunk));
  for await (const { path, kind, target, mode, uid, gid } of foreignMembers(streamOf(...chunks)))
    tree.set(path.replace(/\/$/, ""), kind === "symlink" ? `-> ${target}` : `${mode.toString(8)} ${uid}:${gid}`);
  return tree;
}

async function wholeTreeIn(container: Docker.Container): Promise<Readonly<Record<string, string>>> {
  const tree: Record<string, string> = {};
  const bytes = async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of await container.export()) yield Buffer.from(chunk);
  };
  for await (const { member, sizeBytes, content } of foreignEntries(bytes())) {
    const { path, kind, target, mode, uid, gid } = member;
    const hash = createHash("sha256");
    for await (const chunk of content) hash.update(chunk);
    const facts = `${kind} ${mode.toString(8)} ${uid}:${gid} ${target}`;
    tree[path.replace(/\/$/, "")] = `${facts} ${sizeBytes} ${hash.digest("hex").slice(0, 12)}`;
  }
  return tree;
}

async function buildFolder(docker: Docker, folder: string, { tag, buildkit, hostNetwork }: BuildOptions): Promise<void> {
  const context = Readable.from([execFileSync("tar", ["-C", folder, "-c", "."], { maxBuffer: 1 << 30 })]);
  const network = hostNetwork === true ? { networkmode: "host" } : {};
  const options: Docker.ImageBuildOptions = { t: tag, rm: true, forcerm: true, ...network };
  // As a number: the library opens a session for the text, which no test needs.
  const answer = await docker.buildImage(context, buildkit ? Object.assign(options, { version: 2 }) : options);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.includes('"errorDetail"')) throw new Error(`the build failed: ${text.slice(-2000)}`);
}

/** Limits below any machine's own: Podman asks for more than a limited root may give. */
const ULIMITS = [
  { Name: "nofile", Soft: 1024, Hard: 1024 },
  { Name: "nproc", Soft: 4096, Hard: 4096 },
];

export function testEngine(address: string): TestEngine {
  const docker = connect(address);
  return {
    pull: async (reference) => {
      const stream = await docker.pull(reference);
      await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
      // Podman tells some failures in a stream that ends well.
      await docker.getImage(reference).inspect();
    },
    run: async (reference, options = {}) => {
      const port = await freePort();
      const container = await docker.createContainer({
        Image: reference,
        Env: [`PORT=${port}`],
        HostConfig: { NetworkMode: "host", Ulimits: ULIMITS },
        ...(options.user === undefined ? {} : { User: options.user }),
      });
      await container.start();
      return running(container, port);
    },
    running: (id, port) => running(docker.getContainer(id), port),
    tree: async (reference) => {
      const container = await docker.createContainer({ Image: reference });
      try {
        return await treeIn(container);
      } finally {
        await container.remove({ force: true });
      }
    },
    wholeTree: async (reference) => {
      const container = await docker.createContainer({ Image: reference, Cmd: ["true"] });
      try {
        return await wholeTreeIn(container);
      } finally {
        await container.remove({ force: true });
      }
    },
    build: (folder, options) => buildFolder(docker, folder, options),
    imagesLabelled: async (label) =>
      (await docker.listImages({ all: true, filters: { label: [label] } })).map((image) =>
        (image.RepoTags ?? []).filter((name) => name !== "<none>:<none>"),
      ),
    removeLabelled: async (label) => {
      for (const image of await docker.listImages({ filters: { label: [label] } }))
        await docker
          .getImage(image.Id)
          .remove({ force: true })
          .catch(() => undefined);
    },
    containersRunning: async (text) =>
      (await docker.listContainers({ all: true })).filter((found) => found.Command.includes(text)).map((found) => found.Id),
    inspectImage: (reference) => docker.getImage(reference).inspect(),
    removeImage: async (reference) => {
      await docker
        .getImage(reference)
        .remove({ force: true })
        .catch(() => undefined);
    },
  };
}

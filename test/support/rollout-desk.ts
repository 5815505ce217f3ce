import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { hasBusybox, writeShellBase } from "./shell-base.ts";
import { at, createDesk, type Desk, type RunOptions, succeeded, textAt, type VoxRun } from "./vox-cli.ts";

/** A small web server on a desk, to be rolled out to a real engine under a name of its own. */
export interface RolloutDesk {
  readonly desk: Desk;
  readonly dockerHost: string;
  /** The application's. */
  readonly folder: string;
  /** Of the package, the image, the service and the Compose project. */
  readonly name: string;
  vox(args: readonly string[], env?: Readonly<Record<string, string>>, options?: RunOptions): Promise<VoxRun>;
  /** The `--json` document of a command that ends well. */
  document(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<unknown>;
  /** The code of the error of a command that ends otherwise, and its exit code. */
  failure(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<readonly [unknown, number]>;
  /** Number and result of each deployment, newest first. */
  history(environment?: string): Promise<readonly string[]>;
  /** What the container that was deployed says. */
  greeting(document: unknown): Promise<string>;
  /** Makes the health check fail from the next deployment on, and right again. */
  breakHealth(): void;
  mendHealth(): void;
  greet(greeting: string): void;
  /** A file of the application. */
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, from: string, to: string): void;
  inspect(container: string): Promise<Docker.ContainerInspectInfo>;
  /** IDs of the containers of the image. */
  containers(): Promise<readonly string[]>;
  /** IDs of all containers of the Compose project. */
  projectContainers(): Promise<readonly string[]>;
  /** The Compose file that was last brought up. */
  renderedFile(): string;
  /** Removes everything that bears the name from the engine. */
  remove(): Promise<void>;
}

export interface RolloutDeskOptions {
  readonly dockerHost: string;
  /** Added to `[deploy.container]`. */
  readonly container?: string;
  /** Added to the end of Vox.toml; NAME stands for the name. */
  readonly tables?: string;
  /** For every command. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Docker's own client speaks to `unix://` addresses of the test services only. */
const connect = (address: string): Docker => new Docker({ socketPath: address.slice("unix://".length), version: "v1.41" });

export const GREETING = "Welcome to the shop";
const HEALTH = "www/healthz";

/** As process 1 it would pass over other signals. */
const manifestOf = (name: string, { container = "", tables = "" }: RolloutDeskOptions): string => `[package]
name = "${name}"
kind = "application"

[deploy.container]
base_image = "oci-layout:../base:base"
platforms = ["linux/amd64"]
cmd = ["/bin/busybox", "httpd", "-f", "-p", "3000", "-h", "/app/www"]
ports = [3000]
stop_signal = "SIGKILL"
healthcheck = { command = ["/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:3000/healthz"], interval = "1s", timeout = "2s", retries = 1 }
${container}
${tables.replaceAll("NAME", name)}`;

export async function rolloutDesk(options: RolloutDeskOptions): Promise<RolloutDesk> {
  if (!hasBusybox()) throw new Error("the application is made of busybox, which is missing");
  const { dockerHost } = options;
  const name = `shop-${randomUUID().slice(0, 8)}`;
  const desk = createDesk();
  const folder = join(desk.folder, "shop");
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const docker = connect(dockerHost);
  const vox: RolloutDesk["vox"] = (args, env = {}, run = {}) =>
    desk.vox(args, { cwd: folder, ...run, env: { DOCKER_HOST: dockerHost, ...options.env, ...env } });
  const document: RolloutDesk["document"] = async (args, env) => succeeded(await vox([...args, "--json"], env)).json();
  await writeShellBase(join(desk.folder, "base"));
  write("Vox.toml", manifestOf(name, options));
  write(HEALTH, "well\n");
  write("www/greeting", GREETING);
  succeeded(await vox(["lock"]));
  return {
    desk,
    dockerHost,
    folder,
    name,
    vox,
    document,
    failure: async (args, env) => {
      const run = await vox([...args, "--json"], env);
      return [at(run.json(), "error", "code"), run.exitCode];
    },
    history: async (environment = "production") => {
      const list = at(await document(["deployments", environment]), "environments", 0, "deployments");
      return (Array.isArray(list) ? list : []).map(
        (_, index) => `${String(at(list, index, "sequence"))} ${textAt(list, index, "result")}`,
      );
    },
    greeting: async (deployed) => {
      const port = Number(at(deployed, "container", "ports", 0, "host"));
      return (await fetch(`http://127.0.0.1:${port}/greeting`)).text();
    },
    breakHealth: () => rmSync(join(folder, HEALTH)),
    mendHealth: () => write(HEALTH, "well\n"),
    greet: (greeting) => write("www/greeting", greeting),
    read,
    write,
    edit: (file, from, to) => {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
      write(file, text.replace(from, to));
    },
    inspect: (container) => docker.getContainer(container).inspect(),
    containers: () => labelled(docker, `dev.vox.image-name=${name}`),
    projectContainers: () => labelled(docker, `com.docker.compose.project=${name}`),
    renderedFile: () => readFileSync(join(desk.env["VOX_DATA_DIR"] ?? "", "compose", name, "compose.yaml"), "utf8"),
    remove: async () => {
      await removeNamed(dockerHost, name);
      desk.remove();
    },
  };
}

const labelled = async (docker: Docker, label: string): Promise<readonly string[]> =>
  (await docker.listContainers({ all: true, filters: { label: [label] } })).map(({ Id }) => Id);

const unlessGone = (removal: Promise<unknown>): Promise<unknown> => removal.catch(() => undefined);

/** Removes what bears the name, as a label or as part of its own name. */
export async function removeNamed(dockerHost: string, name: string): Promise<void> {
  const docker = connect(dockerHost);
  const labels = ["dev.vox.image-name", "com.docker.compose.project"];
  for (const { Id, Labels, Names } of await docker.listContainers({ all: true }))
    if (labels.some((label) => Labels[label]?.startsWith(name)) || Names.some((own) => own.includes(name)))
      await unlessGone(docker.getContainer(Id).remove({ force: true, v: true }));
  for (const { Id, Name } of await docker.listNetworks())
    if (Name.startsWith(name)) await unlessGone(docker.getNetwork(Id).remove());
  const { Volumes } = await docker.listVolumes();
  for (const { Name } of Volumes ?? []) if (Name.startsWith(name)) await unlessGone(docker.getVolume(Name).remove());
  for (const { Id, RepoTags, RepoDigests } of await docker.listImages())
    if ([...(RepoTags ?? []), ...(RepoDigests ?? [])].some((own) => own.includes(name)))
      await unlessGone(docker.getImage(Id).remove({ force: true }));
}

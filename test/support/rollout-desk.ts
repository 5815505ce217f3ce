import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { layLockedStorefront, type Storefront } from "./storefront.ts";
import { at, succeeded, textAt, type VoxRun } from "./vox-cli.ts";

/** The example on a desk, to be rolled out to a real engine under a name of its own. */
export interface RolloutDesk {
  readonly storefront: Storefront;
  /** Of the image, the package's service and the Compose project. */
  readonly name: string;
  vox(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<VoxRun>;
  /** The `--json` document of a command that ends well. */
  document(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Number and result of each deployment, newest first. */
  history(environment?: string): Promise<readonly string[]>;
  /** What the container that was deployed answers at `/`. */
  greeting(document: unknown): Promise<string>;
  /** Makes the health check fail from the next deployment on, and right again. */
  breakHealth(): void;
  mendHealth(): void;
  greet(greeting: string): void;
  inspect(container: string): Promise<Docker.ContainerInspectInfo>;
  /** IDs of the containers of the image. */
  containers(): Promise<readonly string[]>;
  /** The Compose file that was last brought up. */
  renderedFile(): string;
  /** Removes everything that bears the name from the engine. */
  remove(): Promise<void>;
}

const CHECK = "response.statusCode === 200 ? 0 : 1";
const BROKEN = "response.statusCode === 200 ? 1 : 0";

export interface RolloutDeskOptions {
  readonly dockerHost: string;
  /** Added to `[deploy.container]`. */
  readonly container?: string;
  /** Added to the end of Vox.toml. */
  readonly tables?: string;
}

/** Docker's own client speaks to `unix://` addresses of the test services only. */
const connect = (address: string): Docker => new Docker({ socketPath: address.slice("unix://".length), version: "v1.41" });

export async function rolloutDesk({ dockerHost, container = "", tables = "" }: RolloutDeskOptions): Promise<RolloutDesk> {
  const name = `shop-${randomUUID().slice(0, 8)}`;
  const storefront = await layLockedStorefront();
  let greeting = "Welcome to the storefront";
  storefront.edit("app/Vox.toml", 'image_name = "storefront"', `image_name = "${name}"\n${container}`);
  storefront.edit("app/Vox.toml", 'interval = "10s"', 'interval = "1s"');
  storefront.edit("app/Vox.toml", "retries = 3", "retries = 1");
  storefront.write("app/Vox.toml", `${storefront.read("app/Vox.toml")}\n${tables.replaceAll("NAME", name)}`);
  const docker = connect(dockerHost);
  const vox = (args: readonly string[], env = {}) => storefront.vox(args, { env: { DOCKER_HOST: dockerHost, ...env } });
  const document = async (args: readonly string[], env = {}) => succeeded(await vox([...args, "--json"], env)).json();
  return {
    storefront,
    name,
    vox,
    document,
    history: async (environment = "production") => {
      const list = at(await document(["deployments", environment]), "environments", 0, "deployments");
      return (Array.isArray(list) ? list : []).map(
        (_, index) => `${String(at(list, index, "sequence"))} ${textAt(list, index, "result")}`,
      );
    },
    greeting: async (deployed) => {
      const port = Number(at(deployed, "container", "ports", 0, "host"));
      const response = await fetch(`http://127.0.0.1:${port}/`);
      return textAt(await response.json(), "greeting");
    },
    breakHealth: () => storefront.edit("app/health.js", CHECK, BROKEN),
    mendHealth: () => storefront.edit("app/health.js", BROKEN, CHECK),
    greet: (next) => {
      storefront.edit("app/server.js", greeting, next);
      greeting = next;
    },
    inspect: (container) => docker.getContainer(container).inspect(),
    containers: async () => {
      const filters = { label: [`dev.vox.image-name=${name}`] };
      return (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
    },
    renderedFile: () => readFileSync(join(storefront.desk.env["VOX_DATA_DIR"] ?? "", "compose", name, "compose.yaml"), "utf8"),
    remove: async () => {
      await removeNamed(docker, name);
      storefront.desk.remove();
    },
  };
}

/** What bears the name, as a label or as part of its own name. */
async function removeNamed(docker: Docker, name: string): Promise<void> {
  const containers = await docker.listContainers({ all: true });
  for (const { Id, Labels, Names } of containers)
    if (
      Labels["dev.vox.image-name"] === name ||
      Labels["com.docker.compose.project"] === name ||
      Names.some((own) => own.includes(name))
    )
      await docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => undefined);
  for (const { Id, Name } of await docker.listNetworks())
    if (Name.startsWith(name))
      await docker
        .getNetwork(Id)
        .remove()
        .catch(() => undefined);
  const { Volumes } = await docker.listVolumes();
  for (const { Name } of Volumes ?? [])
    if (Name.startsWith(name))
      await docker
        .getVolume(Name)
        .remove()
        .catch(() => undefined);
  for (const { Id, RepoTags } of await docker.listImages())
    if ((RepoTags ?? []).some((tag) => tag.includes(`${name}:`)))
      await docker
        .getImage(Id)
        .remove({ force: true })
        .catch(() => undefined);
}

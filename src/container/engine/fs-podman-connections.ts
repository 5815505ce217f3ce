import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineEnvironment } from "./client-environment.ts";
import { type ConnectionFile, podmanConnections, type PodmanConnections } from "./podman-connections.ts";

/**
 * The connections of Podman's client, from where it keeps them (containers.conf(5)).
 * @param home of whoever runs vox
 * @throws {VoxError} CONFIG_INVALID
 */
export async function readPodmanConnections(home: string, environment: EngineEnvironment): Promise<PodmanConnections> {
  const own = join(environment.XDG_CONFIG_HOME || join(home, ".config"), "containers");
  const paths = [
    ...(environment.CONTAINERS_CONF ? [environment.CONTAINERS_CONF] : await configurations(own)),
    ...(environment.CONTAINERS_CONF_OVERRIDE ? [environment.CONTAINERS_CONF_OVERRIDE] : []),
    environment.PODMAN_CONNECTIONS_CONF || join(own, "podman-connections.json"),
  ];
  const files = await Promise.all(paths.map(readConnections));
  return podmanConnections(files.filter((file) => file !== undefined));
}

/** Of the distribution, the machine and the user, each with the files beside it. */
async function configurations(own: string): Promise<readonly string[]> {
  const places = ["/usr/share/containers", "/etc/containers", own];
  const beside = await Promise.all(places.map((place) => namesIn(join(place, "containers.conf.d"))));
  return places.flatMap((place, index) => [join(place, "containers.conf"), ...(beside[index] ?? [])]);
}

async function namesIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((): readonly string[] => []);
  const files = names.filter((name) => name.endsWith(".conf"));
  return files.toSorted().map((name) => join(dir, name));
}

/** `undefined` for what is not there or may not be read. */
const readConnections = (path: string): Promise<ConnectionFile | undefined> =>
  readFile(path, "utf8").then(
    (text) => ({ path, text }),
    () => undefined,
  );

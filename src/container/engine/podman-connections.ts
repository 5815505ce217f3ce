import { parse } from "smol-toml";
import { VoxError } from "../../errors/vox-error.ts";

/** A service that Podman's client knows by a name (`podman system connection`). */
export interface PodmanConnection {
  readonly name: string;
  /** `ssh://core@127.0.0.1:50000/run/podman/podman.sock`. */
  readonly uri: string;
  readonly identity?: string;
}

export interface PodmanConnections {
  readonly known: ReadonlyMap<string, PodmanConnection>;
  /** The name of the one that is used where none is named. */
  readonly chosen?: string;
}

/** A file of connections, as it was read. */
export interface ConnectionFile {
  readonly path: string;
  readonly text: string;
}

/**
 * What the files say together: of two, the later one wins (containers.conf, `[engine] service_destinations`; podman-connections.json).
 * @throws {VoxError} CONFIG_INVALID
 */
export function podmanConnections(files: readonly ConnectionFile[]): PodmanConnections {
  const known = new Map<string, PodmanConnection>();
  let chosen: string | undefined;
  for (const file of files) {
    const { named, active } = file.path.endsWith(".json") ? ofJson(file) : ofToml(file);
    for (const connection of named) known.set(connection.name, connection);
    chosen = active ?? chosen;
  }
  return { known, ...(chosen !== undefined && { chosen }) };
}

/**
 * The one of a name.
 * @throws {VoxError} CONFIG_INVALID
 */
export function namedConnection({ known }: PodmanConnections, name: string): PodmanConnection {
  const found = known.get(name);
  if (found) return found;
  throw new VoxError("CONFIG_INVALID", `Podman has no connection \`${name}\``, {
    hint: "see `podman system connection list`, then set CONTAINER_CONNECTION or unset it",
  });
}

interface FileConnections {
  readonly named: readonly PodmanConnection[];
  readonly active: string | undefined;
}

function ofToml({ path, text }: ConnectionFile): FileConnections {
  const engine = memberOf(
    parsed(path, () => parse(text)),
    "engine",
  );
  return {
    named: connectionsOf(memberOf(engine, "service_destinations"), { uri: "uri", identity: "identity" }),
    active: textOf(memberOf(engine, "active_service")),
  };
}

function ofJson({ path, text }: ConnectionFile): FileConnections {
  const connection = memberOf(
    parsed(path, (): unknown => JSON.parse(text)),
    "Connection",
  );
  return {
    named: connectionsOf(memberOf(connection, "Connections"), { uri: "URI", identity: "Identity" }),
    active: textOf(memberOf(connection, "Default")),
  };
}

/** An entry without an address is none. */
const connectionsOf = (
  table: unknown,
  keys: { readonly uri: string; readonly identity: string },
): readonly PodmanConnection[] =>
  Object.entries(Object(table ?? {})).flatMap(([name, entry]) => {
    const uri = textOf(memberOf(entry, keys.uri));
    const identity = textOf(memberOf(entry, keys.identity));
    return uri === undefined ? [] : [{ name, uri, ...(identity !== undefined && { identity }) }];
  });

function parsed(path: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (cause) {
    throw new VoxError("CONFIG_INVALID", `\`${path}\` of Podman cannot be read`, { cause, hint: `correct \`${path}\`` });
  }
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)).get(key) : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

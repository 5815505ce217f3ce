import { VoxError } from "../../errors/vox-error.ts";

/** An engine's address behind ssh: `ssh://[USER@]HOST[:PORT][/SOCKET]`. */
export interface SshAddress {
  readonly host: string;
  readonly user: string;
  readonly port: string;
  /** Of the engine there; empty leaves it to the client there. */
  readonly socket: string;
}

/** Whose client there is asked, and what it is reached with. */
export interface SshClient {
  readonly client: "docker" | "podman";
  /** A private key's file. */
  readonly identity?: string | undefined;
}

/**
 * @param name what named the address, for the complaint
 * @throws {VoxError} CONFIG_INVALID
 */
export function parseSshAddress(url: string, name: string): SshAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const socket = decodeURIComponent(parsed?.pathname.replace(/^\/$/, "") ?? "");
  if (parsed && parsed.hostname !== "" && parsed.password === "" && parsed.search === "" && PLAIN_PATH.test(socket)) {
    const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
    return { host, user: decodeURIComponent(parsed.username), port: parsed.port, socket };
  }
  throw new VoxError("CONFIG_INVALID", `\`${withoutPassword(url)}\` of ${name} is not an engine's address behind ssh`, {
    hint: "write it as `ssh://user@host`, without a password: ssh's own configuration and keys are used",
  });
}

/** A shell there reads it. */
const PLAIN_PATH = /^[\w./@%+=:,-]*$/;

const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ":…@");

const CONNECT_SECONDS = 30;

/**
 * The program whose streams are a connection to an engine's API, as the clients start it (docker/cli, `connhelper`): ssh with the
 * user's own configuration, keys and known hosts, and the engine's client at the other end.
 */
export function sshDial({ host, user, port, socket }: SshAddress, { client, identity }: SshClient): readonly string[] {
  const there =
    client === "docker"
      ? ["docker", ...(socket === "" ? [] : ["--host", `unix://${socket}`])]
      : ["podman", ...(socket === "" ? [] : ["--remote", "--url", `unix://${socket}`])];
  return [
    "ssh",
    "-o",
    `ConnectTimeout=${CONNECT_SECONDS}`,
    "-T",
    ...(identity ? ["-i", identity] : []),
    ...(user === "" ? [] : ["-l", user]),
    ...(port === "" ? [] : ["-p", port]),
    "--",
    host,
    ...there,
    "system",
    "dial-stdio",
  ];
}

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createConnection } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./loopback-port.ts";
import { leaveOut } from "./services.ts";

export interface GitServer extends AsyncDisposable {
  /** The address of a repository below the served folder. */
  url(path: string): string;
}

export interface GitHttpsServer extends GitServer {
  /** The certificate to trust, a file. */
  readonly certificate: string;
  /** The `Authorization` of each request, or nothing. */
  readonly authorizations: (string | undefined)[];
}

/** A folder's repositories over https on loopback, with a certificate of its own, through git's http-backend; asks for a name and a password. */
export async function startGitHttps(
  folder: string,
  scratch: string,
  { user, password }: { readonly user: string; readonly password: string },
): Promise<GitHttpsServer> {
  const key = join(scratch, "https.key");
  const certificate = join(scratch, "https.pem");
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...names];
  execFileSync("openssl", asked, { stdio: "ignore" });
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const authorizations: (string | undefined)[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    authorizations.push(request.headers.authorization);
    if (request.headers.authorization === expected) return serveGit(folder, request, response);
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("no");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    certificate,
    authorizations,
    url: (path) => `https://127.0.0.1:${port}/${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One request as git's CGI program answers it. */
function serveGit(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://loopback");
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.searchParams.toString(),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf("\r\n\r\n");
    const lines = answer.subarray(0, end).toString("latin1").split("\r\n");
    const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const);
    const status = headers.find(([name]) => name.toLowerCase() === "status")?.[1];
    response.writeHead(Number.parseInt(status ?? "200", 10), Object.fromEntries(headers));
    response.end(answer.subarray(end + 4));
  });
}

export interface GitSshServer extends GitServer {
  /** `GIT_SSH_COMMAND` with a key that is let in and the host's key known. */
  readonly command: string;
  /** The same with a key that is not let in, and with a host that is not known. */
  readonly stranger: string;
  readonly unknownHost: string;
}

const SSHD = "/usr/sbin/sshd";

/** Whether OpenSSH's server is here; where services are required its absence is a failure. */
export const hasSshd = (): boolean => existsSync(SSHD) || leaveOut("openssh-server", `${SSHD} is not installed`) === true;

/** OpenSSH's own server on loopback, with throw-away keys, for whoever runs the test. */
export async function startGitSsh(folder: string, scratch: string): Promise<GitSshServer> {
  const file = (name: string): string => join(scratch, name);
  for (const name of ["host", "user", "stranger"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)], { stdio: "ignore" });
  const port = await freePort();
  writeFileSync(file("authorized"), readFileSync(file("user.pub"), "utf8"), { mode: 0o600 });
  writeFileSync(file("known"), `[127.0.0.1]:${port} ${readFileSync(file("host.pub"), "utf8")}`);
  writeFileSync(file("nobody"), "");
  writeFileSync(
    file("sshd.conf"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("authorized")}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "",
    ].join("\n"),
  );
  // Where its privileges are dropped; Debian's service makes it, and a server of one's own has to.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const child = spawn(SSHD, ["-D", "-e", "-f", file("sshd.conf")], { stdio: ["ignore", "ignore", "pipe"] });
  child.stderr.on("data", (chunk: Buffer) => appendFileSync(file("sshd.log"), chunk));
  await answering(port, child);
  const command = (key: string, known: string): string =>
    `ssh -F /dev/null -i ${file(key)} -o IdentitiesOnly=yes -o UserKnownHostsFile=${file(known)} -o StrictHostKeyChecking=yes`;
  return {
    command: command("user", "known"),
    stranger: command("stranger", "known"),
    unknownHost: command("user", "nobody"),
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${join(folder, path)}`,
    async [Symbol.asyncDispose]() {
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const PATIENCE = 100;

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < PATIENCE && child.exitCode === null; attempt += 1) {
    if (await connects(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("sshd does not answer");
}

const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(socket.destroy() !== undefined));
    socket.once("error", () => resolve(false));
  });

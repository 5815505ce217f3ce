import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./loopback-port.ts";

const PROGRAM = "/usr/bin/docker-registry";

export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Whether the distribution's own registry is here; where services are required its absence is a failure. */
export function hasDockerRegistry(): boolean {
  if (existsSync(PROGRAM)) return true;
  if (process.env["VOX_REQUIRE_SERVICES"] === "1") throw new Error(`${PROGRAM} is required and missing`);
  console.log(`skipped: ${PROGRAM} is not installed`);
  return false;
}

export interface DockerRegistryOptions {
  /** Lines of an htpasswd file, with bcrypt; the registry then wants a password. */
  readonly htpasswd?: string;
  /** Its content is in a file system of so many megabytes, in memory. */
  readonly sizeMb?: number;
}

/** The distribution's own registry on a free port, its content in a temporary folder. */
export async function startDockerRegistry({ htpasswd, sizeMb }: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "vox-registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "config.json");
  const passwords = join(folder, "htpasswd");
  if (htpasswd !== undefined) await writeFile(passwords, htpasswd);
  await writeFile(
    config,
    JSON.stringify({
      version: "0.1",
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
      http: { addr: host },
      ...(htpasswd !== undefined && { auth: { htpasswd: { realm: "registry", path: passwords } } }),
    }),
  );
  const data = join(folder, "data");
  await mkdir(data);
  const mounted = `mount -t tmpfs -o size=${sizeMb}m tmpfs ${data} && exec ${PROGRAM} serve ${config}`;
  const child =
    sizeMb === undefined
      ? spawn(PROGRAM, ["serve", config], { stdio: "ignore" })
      : spawn("unshare", ["--mount", "sh", "-c", mounted], { stdio: "ignore" });
  const close = async (): Promise<void> => {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  await answering(`http://${host}/v2/`, child).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { host, close, [Symbol.asyncDispose]: close };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with exit code ${child.exitCode}`);
    const answered = await fetch(url).catch(() => undefined);
    if (answered?.ok || answered?.status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${PROGRAM} does not answer`);
}

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });

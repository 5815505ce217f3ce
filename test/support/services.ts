import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createConnection, type NetConnectOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tellLeftOut } from "./left-out.ts";

/** What a system test may need of the machine; `scripts/services` brings up the first three and installs the rest. */
export type Service = "docker" | "podman" | "registry" | "skopeo";

const VARIABLE = {
  docker: "VOX_TEST_DOCKER_HOST",
  podman: "VOX_TEST_PODMAN_HOST",
  registry: "VOX_TEST_REGISTRY",
} as const;

const PROBE_TIMEOUT_MS = 2_000;

/** Whether services that are missing fail the run, as CI wants it, instead of being told and left out. */
const required = (): boolean => process.env["VOX_REQUIRE_SERVICES"] === "1";

/** What `scripts/services start` wrote, for runs that did not read it into their environment. */
function servicesFile(): Readonly<Record<string, string>> {
  const folder = process.env["VOX_SERVICES_DIR"] ?? join(tmpdir(), "vox-services");
  const path = join(folder, "env");
  if (!existsSync(path)) return {};
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function endpoint(address: string): NetConnectOpts {
  if (address.startsWith("unix://")) return { path: address.slice("unix://".length) };
  const { hostname, port } = new URL(address.includes("://") ? address.replace(/^tcp:/, "http:") : `http://${address}`);
  return { host: hostname, port: Number(port) };
}

const connects = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ ...endpoint(address), timeout: PROBE_TIMEOUT_MS });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });

function programVersion(program: string): string | undefined {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** Says what is left out and why; with VOX_REQUIRE_SERVICES=1 fails instead. */
export function leaveOut(what: string, reason: string): undefined {
  if (required()) throw new Error(`${what} is required and missing: ${reason}`);
  return tellLeftOut(what, reason);
}

/**
 * The service's address (a program's version), or undefined after telling what is missing.
 * Meant for a test file's top: `describe.skipIf((await requireService("docker")) === undefined)`.
 */
export async function requireService(service: Service): Promise<string | undefined> {
  if (service === "skopeo") return programVersion("skopeo") ?? leaveOut("skopeo", "not on the PATH");
  const variable = VARIABLE[service];
  const address = process.env[variable] ?? servicesFile()[variable];
  if (address === undefined) return leaveOut(service, `${variable} is not set; run \`scripts/services start\``);
  return (await connects(address)) ? address : leaveOut(service, `nothing answers at ${address}`);
}

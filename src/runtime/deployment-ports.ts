import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Environment } from "../config/environment-variables.ts";
import { streamOf } from "../core/byte-stream.ts";
import type { Actor } from "../deploy/history/actor.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import type { DeploymentPorts } from "../ops/ports.ts";
import { fsOutput } from "./fs-output.ts";
import { systemClock } from "./system-clock.ts";

export interface DeploymentPortsOptions {
  readonly dataDir: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

export const deploymentPorts = ({ dataDir, env, signal }: DeploymentPortsOptions): DeploymentPorts => ({
  actor: thisActor,
  localHistory(imageName) {
    const dir = join(dataDir, "deployments", imageName);
    return { repository: new FsLayoutStore(dir), name: `oci-layout:${dir}` };
  },
  sleep: (durationMs, stop) => systemClock.sleep(durationMs, stop),
  variable: (name) => env[name],
  probe: async (url, stop) => (await import("../deploy/http-probe.ts")).httpProbe(url, stop),
  compose: async (engine) => (await import("../deploy/compose/process-compose.ts")).findCompose({ env, engine, signal }),
  async keepComposeFile(project, text) {
    const file = join(dataDir, "compose", project, "compose.yaml");
    await fsOutput.writeFile(file, streamOf(Buffer.from(text)));
    return file;
  },
});

const thisActor = (): Actor => ({ name: `${userName()}@${hostname()}`, process: process.pid, isAlive });

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}

/** EPERM: it lives, and is somebody else's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

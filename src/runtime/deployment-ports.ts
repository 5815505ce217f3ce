import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Actor } from "../deploy/history/actor.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import type { DeploymentPorts } from "../ops/ports.ts";
import { systemClock } from "./system-clock.ts";

export const deploymentPorts = (dataDir: string): DeploymentPorts => ({
  actor: thisActor,
  localHistory(imageName) {
    const dir = join(dataDir, "deployments", imageName);
    return { repository: new FsLayoutStore(dir), name: `oci-layout:${dir}` };
  },
  sleep: (durationMs, signal) => systemClock.sleep(durationMs, signal),
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

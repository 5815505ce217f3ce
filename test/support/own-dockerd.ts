import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Docker Engine that a test may kill or fill: with namespaces of its own, so that nothing of the machine's network is touched. */
export interface OwnDockerd extends AsyncDisposable {
  /** `unix:///…`. */
  readonly address: string;
  /** At once, with all that it started. */
  kill(): Promise<void>;
}

const PATIENCE = 150;

/** Its data are in a file system of so many megabytes, in memory. */
export async function startDockerd({ sizeMb }: { readonly sizeMb: number }): Promise<OwnDockerd> {
  const dir = mkdtempSync(join(tmpdir(), "vox-dockerd-"));
  for (const name of ["data", "exec"]) mkdirSync(join(dir, name));
  const address = `unix://${dir}/docker.sock`;
  const flags = `--host ${address} --data-root ${dir}/data --exec-root ${dir}/exec --pidfile ${dir}/pid --bridge=none --iptables=false`;
  const script = `mount -t tmpfs -o size=${sizeMb}m tmpfs ${dir}/data && exec dockerd ${flags}`;
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const child = spawn("unshare", [...namespaces, "sh", "-c", script], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  for (let attempt = 0; !answers(address); attempt += 1) {
    if (attempt === PATIENCE || child.exitCode !== null) throw new Error("dockerd does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    address,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function answers(address: string): boolean {
  try {
    execFileSync("docker", ["-H", address, "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

import { spawn } from "node:child_process";
import type { RolloutDesk } from "./rollout-desk.ts";
import { PROGRAM } from "./vox-cli.ts";

/** Runs a command and kills it as soon as it tells of a step. */
export const killedAt = (
  { desk, folder, dockerHost }: RolloutDesk,
  args: readonly string[],
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      env: { ...desk.env, DOCKER_HOST: dockerHost, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes(line)) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", () => (told.includes(line) ? resolve() : reject(new Error(`it did not come to \`${line}\`: ${told}`))));
  });

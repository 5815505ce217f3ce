import { main } from "../../src/cli/main.ts";
import { recordedHost } from "../unit/cli/host.ts";
import type { RunOptions, VoxRun } from "./vox-cli.ts";

/** A command in this process, for tests of many commands. */
export async function voxInProcess(
  args: readonly string[],
  { env, cwd }: Required<Pick<RunOptions, "env" | "cwd">>,
): Promise<VoxRun> {
  const { host, out, err } = recordedHost({ env, cwd });
  const exitCode = await main(args, host);
  return { exitCode, stdout: out(), stderr: err(), json: (): unknown => JSON.parse(out()) };
}

import { execa } from "execa";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { BuildStep } from "../ops/build-step.ts";

/** Runs the program itself, without a shell; what it prints goes to stderr, since stdout is data. */
export function processBuild(signal?: AbortSignal): BuildStep {
  return {
    async run(argv, folder) {
      const [program = "", ...args] = argv;
      const result = await execa(program, args, {
        cwd: folder,
        reject: false,
        stdin: "ignore",
        stdout: process.stderr,
        stderr: process.stderr,
        preferLocal: true,
        ...(signal ? { cancelSignal: signal } : {}),
      });
      if (!result.failed) return;
      throw new VoxError("BUILD_FAILED", `the build step \`${argv.join(" ")}\` failed: ${result.shortMessage}`, {
        place: { file: MANIFEST_FILE },
        hint: `run \`${argv.join(" ")}\` in ${folder}`,
      });
    },
  };
}

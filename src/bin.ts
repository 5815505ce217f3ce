#!/usr/bin/env node
import type { Host, OutputStream, StopSignal } from "./cli/host.ts";
import { ROOT_HELP } from "./cli/generated/root-help.ts";
import { PROGRAM_VERSION } from "./config/generated/version.ts";

const EXIT_DATA = 65;
const EXIT_CANNOT_WRITE = 73;
const EXIT_CONFIG = 78;
const argv = process.argv.slice(2);

if (!isSupported(process.versions.node)) {
  process.stderr.write(`vox needs Node 20.19 or newer, and this is Node ${process.versions.node}\n`);
  process.exitCode = EXIT_CONFIG;
} else if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`vox ${PROGRAM_VERSION}\n`);
} else if (argv.length === 1 && (argv[0] === "--help" || argv[0] === "-h")) {
  process.stdout.write(ROOT_HELP);
} else {
  void run();
}

async function run(): Promise<void> {
  const cwd = currentFolder();
  if (cwd === undefined) {
    process.stderr.write(
      "error[FILE_UNREADABLE]: the current folder does not exist any more\nhint: run `cd /` and name the folder with `--project DIR`\n",
    );
    process.exitCode = EXIT_DATA;
    return;
  }
  const { keepCode } = await import("./runtime/fs-compiled-code.ts");
  keepCode(argv, process.env);
  const { main } = await import("./cli/main.ts");
  exit(await main(argv, processHost(cwd)));
}

/** `undefined` when the folder was deleted. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Node 20.19 is the first release with everything that vox uses. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function processHost(cwd: string): Host {
  return {
    env: process.env,
    cwd,
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    onStopSignal: (listener) => {
      const onSignal = (signal: StopSignal): void => listener(signal);
      process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
      return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}

/** A reader that went away (`vox commands | head -1`) is no fault: the rest is written to nobody. A full disk is one. */
function outputStream(stream: NodeJS.WriteStream): OutputStream {
  stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" || stream !== process.stdout) return;
    process.exitCode ||= EXIT_CANNOT_WRITE;
    process.stderr.write(`error[CANNOT_WRITE]: the output cannot be written\n  caused by: ${message}\n`);
  });
  return { write: (text) => void stream.write(text), isTty: stream.isTTY };
}

/** Ends once both streams are written and have told their faults, without a wait for idle connections to close. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.stderr.write("", () => setImmediate(() => process.exit())));
}

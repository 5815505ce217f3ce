#!/usr/bin/env node
import nodeModule from "node:module";
import type { Host, OutputStream, StopSignal } from "./cli/host.ts";
import { ROOT_HELP } from "./cli/generated/root-help.ts";
import { PROGRAM_VERSION } from "./config/generated/version.ts";

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
  enableCompileCache();
  const { main } = await import("./cli/main.ts");
  exit(await main(argv, processHost()));
}

/** Node 20.19 is the first release with everything that vox uses. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/** Only Node 22.8 and newer can keep compiled code between runs. */
function enableCompileCache(): void {
  if ("enableCompileCache" in nodeModule && typeof nodeModule.enableCompileCache === "function")
    nodeModule.enableCompileCache();
}

function processHost(): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    onStopSignal: (listener) => {
      const onSignal = (signal: StopSignal): void => listener(signal);
      process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
      return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}

/** A reader that went away (`vox commands | head -1`) is no fault: the rest is written to nobody. */
function outputStream(stream: NodeJS.WriteStream): OutputStream {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return { write: (text) => void stream.write(text), isTty: stream.isTTY };
}

/** Ends once both streams are written, without a wait for idle connections to close. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}

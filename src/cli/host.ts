import type { Environment } from "../config/environment-variables.ts";

export interface OutputStream {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
}

export type StopSignal = "SIGINT" | "SIGTERM";

/** The process, as far as the command line needs it; tests hand in their own. */
export interface Host {
  readonly env: Environment;
  readonly cwd: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls the listener at each signal, until the returned function is called. */
  readonly onStopSignal: (listener: (signal: StopSignal) => void) => () => void;
}

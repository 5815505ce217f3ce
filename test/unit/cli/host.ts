import type { Host, StopSignal } from "../../../src/cli/host.ts";

export interface RecordedHost {
  readonly host: Host;
  readonly out: () => string;
  readonly err: () => string;
  readonly stop: (signal: StopSignal) => void;
  readonly listeners: () => number;
}

/** A process that records what is written, and is stopped by call. */
export function recordedHost(overrides: Partial<Pick<Host, "env" | "cwd">> & { readonly tty?: boolean } = {}): RecordedHost {
  let out = "";
  let err = "";
  const listeners = new Set<(signal: StopSignal) => void>();
  const isTty = overrides.tty ?? false;
  return {
    host: {
      env: overrides.env ?? {},
      cwd: overrides.cwd ?? "/home/ann/shop",
      stdout: { write: (text) => void (out += text), isTty },
      stderr: { write: (text) => void (err += text), isTty },
      onStopSignal: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    out: () => out,
    err: () => err,
    stop: (signal) => listeners.forEach((listener) => listener(signal)),
    listeners: () => listeners.size,
  };
}

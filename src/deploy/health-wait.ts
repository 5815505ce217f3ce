import type { JsonCursor } from "../core/json-cursor.ts";
import type { HealthcheckIntent } from "../project/deploy-intent.ts";

/** How it is found out that what was started is well. */
export type HealthWait =
  /** The engine runs the image's own check. */
  | { readonly kind: "command"; readonly command: readonly string[]; readonly timeoutMs: number }
  /** Asked over HTTP by vox, at the port of the host that the container's is published on. */
  | { readonly kind: "http"; readonly path: string; readonly port: number; readonly timeoutMs: number }
  /** It goes on running, or it may also have ended well. */
  | { readonly kind: "running"; readonly timeoutMs: number; readonly mayEnd?: boolean };

/** Docker's defaults (Dockerfile reference, "HEALTHCHECK"). */
const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 30_000;
const RETRIES = 3;
/** What starting takes besides. */
const GRACE_MS = 30_000;

/** No longer than until the check itself would have said that it failed, and a while. */
export function healthWaitOf(check: HealthcheckIntent | undefined): HealthWait {
  if (check === undefined) return { kind: "running", timeoutMs: GRACE_MS };
  const { intervalMs = INTERVAL_MS, timeoutMs: answerMs = TIMEOUT_MS, startPeriodMs = 0, retries = RETRIES } = check;
  const timeoutMs = GRACE_MS + startPeriodMs + (intervalMs + answerMs) * Math.max(1, retries);
  if (check.kind === "command") return { kind: "command", command: check.command, timeoutMs };
  return { kind: "http", path: check.path, port: check.port, timeoutMs };
}

/** As a record holds it. */
export function parseHealthWait(json: JsonCursor): HealthWait {
  const kind = json.at("kind").string();
  const timeoutMs = json.at("timeoutMs").count();
  if (kind === "command") return { kind, command: json.at("command").strings(), timeoutMs };
  if (kind === "http") return { kind, path: json.at("path").string(), port: json.at("port").count(), timeoutMs };
  return kind === "running" ? { kind, timeoutMs } : json.at("kind").fail("is no way to wait that vox knows");
}

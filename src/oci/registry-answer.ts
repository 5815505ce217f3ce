import { type ByteStream, collectBytes } from "../core/byte-stream.ts";
import { parseJson } from "../core/json-cursor.ts";
import { printableText } from "../core/printable-text.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { ConnectionFailure, type HttpResponse } from "./transport.ts";

/** Which request it was, in the words of an error: never with a query, which may hold secrets. */
export interface RegistryCall {
  readonly host: string;
  readonly method: string;
  readonly path: string;
}

const MAX_ERROR_BYTES = 64 * 1024;
const MAX_REASON_LENGTH = 200;

const formatCall = (call: RegistryCall): string => `\`${call.method} ${call.path}\` at \`${call.host}\``;

/** A failure of the network as the user is told; anything else is passed through. */
export const callFailure = (error: unknown, call: RegistryCall): unknown =>
  error instanceof ConnectionFailure
    ? new VoxError("REGISTRY_UNAVAILABLE", `${formatCall(call)}: ${error.message}`, {
        cause: error.cause,
        ...(error.kind === "without-tls" && { hint: plainHttpHint(call.host) }),
      })
    : error;

const plainHttpHint = (host: string): string =>
  `if you trust \`${host}\` and the network on the way, set \`VOX_INSECURE_REGISTRIES=${host}\`: plain HTTP is otherwise spoken to loopback alone`;

/** An answer's body, whose breaking off is told as the call's failure. */
export async function* bodyOf(response: HttpResponse, call: RegistryCall): ByteStream {
  try {
    yield* response.body;
  } catch (error) {
    throw callFailure(error, call);
  }
}

export interface Refusal {
  /** The distribution-spec's error codes, such as `MANIFEST_UNKNOWN`. */
  readonly codes: readonly string[];
  readonly error: VoxError;
}

/** Reads an answer that is not what was hoped for; the body is used up. */
export async function readRefusal(response: HttpResponse, call: RegistryCall): Promise<Refusal> {
  const reasons = await readReasons(response, call);
  const told = reasons.map(({ code, message }) => [code, message].filter(Boolean).join(": ")).join("; ");
  const text = printableText(told).slice(0, MAX_REASON_LENGTH);
  const message = `${formatCall(call)} answered ${response.status}${text ? `: ${text}` : ""}`;
  return { codes: reasons.map(({ code }) => code), error: new VoxError(codeOf(response.status), message) };
}

const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return "REGISTRY_DENIED";
  return status === 429 ? "REGISTRY_RATE_LIMITED" : "REGISTRY_UNAVAILABLE";
};

async function readReasons(response: HttpResponse, call: RegistryCall): Promise<readonly { code: string; message: string }[]> {
  try {
    const bytes = await collectBytes(response.body, { maxBytes: MAX_ERROR_BYTES, what: "an error" });
    const errors = parseJson(bytes, { code: "OCI_INVALID", what: formatCall(call) }).at("errors");
    return errors.list((item) => ({ code: item.at("code").string(), message: item.at("message").present?.string() ?? "" }));
  } catch (error) {
    // An error page that is not the specification's JSON, or that breaks off, tells nothing more than its status.
    if (isVoxError(error) || error instanceof ConnectionFailure) return [];
    throw error;
  }
}

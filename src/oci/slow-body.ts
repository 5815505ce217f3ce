import type { ByteStream } from "../core/byte-stream.ts";
import { ConnectionFailure } from "./transport.ts";

export interface SpeedLimit {
  /** How much waiting is judged together, in milliseconds. */
  readonly windowMs: number;
  /** What has to come in such a time; a body that ends sooner is never too slow. */
  readonly minBytes: number;
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * A body that fails when it only drips: each byte alone would keep it alive for ever. The reader's own time does not count, for a slow disk is
 * no fault of the sender.
 * @throws {ConnectionFailure} broken
 */
export async function* notTooSlow(body: ByteStream, { windowMs, minBytes, nowMs }: SpeedLimit): ByteStream {
  let [waitedMs, bytes] = [0, 0];
  let askedAtMs = nowMs();
  for await (const chunk of body) {
    waitedMs += nowMs() - askedAtMs;
    bytes += chunk.byteLength;
    if (waitedMs >= windowMs) {
      if (bytes < minBytes) throw tooSlow(bytes, waitedMs);
      [waitedMs, bytes] = [0, 0];
    }
    yield chunk;
    askedAtMs = nowMs();
  }
}

const tooSlow = (bytes: number, waitedMs: number): ConnectionFailure =>
  new ConnectionFailure("broken", `the answer comes too slowly: ${bytes} bytes in ${Math.round(waitedMs / 1000)} s`, undefined);

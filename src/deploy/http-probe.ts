import { get } from "node:http";

const ANSWER_TIMEOUT_MS = 5_000;

/** The status of an HTTP answer, redirects not followed; `undefined` when there is none. A connection of its own each time: what answers may be about to end. */
export const httpProbe = (url: string, signal: AbortSignal): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => undefined);
    request.once("close", () => (signal.aborted ? reject(signal.reason) : resolve(undefined)));
  });

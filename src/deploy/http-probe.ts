const ANSWER_TIMEOUT_MS = 5_000;

/** The status of an HTTP answer, redirects not followed; `undefined` when there is none. */
export async function httpProbe(url: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

import { setMaxListeners } from "node:events";

/** Aborts with the first of the signals. Many requests may listen to it at a time, which Node would take for a leak. */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const any = AbortSignal.any([...signals]);
  setMaxListeners(0, any);
  return any;
}

import type { Clock } from "../core/clock.ts";
import { ConnectionFailure, type HttpResponse } from "./transport.ts";

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Whether the request can be sent again; asked only after a failure that would be worth it. */
  readonly repeatable?: () => boolean;
  /** Answers that are worth another try; 429 and the passing 5xx unless said. */
  readonly transient?: (response: HttpResponse) => boolean;
}

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;
/** A registry that wants a longer pause is reported instead of waited for. */
const MAX_DELAY_MS = 60_000;
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export const isTransient = (response: HttpResponse): boolean => TRANSIENT.has(response.status);

/** Sends until there is an answer that is not passing trouble, at most four times; the last answer or failure is the caller's. */
export async function retrying(send: () => Promise<HttpResponse>, options: RetryOptions): Promise<HttpResponse> {
  const { clock, signal, repeatable = () => true, transient = isTransient } = options;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await outcomeOf(send);
    const pauseMs = pauseAfter(outcome, { attempt, clock, transient });
    if (pauseMs === undefined || !repeatable()) return answerOf(outcome);
    if (outcome.kind === "answered") await outcome.response.discard();
    await clock.sleep(pauseMs, signal);
  }
}

export type Outcome =
  | { readonly kind: "answered"; readonly response: HttpResponse }
  | { readonly kind: "failed"; readonly failure: ConnectionFailure };

/** One try, its failure as a value where it is the network's. */
export async function outcomeOf(send: () => Promise<HttpResponse>): Promise<Outcome> {
  try {
    return { kind: "answered", response: await send() };
  } catch (error) {
    if (error instanceof ConnectionFailure) return { kind: "failed", failure: error };
    throw error;
  }
}

/** @throws {ConnectionFailure} when there was no answer */
export function answerOf(outcome: Outcome): HttpResponse {
  if (outcome.kind === "failed") throw outcome.failure;
  return outcome.response;
}

interface PauseOptions {
  /** Of the try that was made, from 1. */
  readonly attempt: number;
  readonly clock: Clock;
  readonly transient?: (response: HttpResponse) => boolean;
}

/** How long to wait before another try, in milliseconds; `undefined` when there is to be none. */
export function pauseAfter(outcome: Outcome, { attempt, clock, transient = isTransient }: PauseOptions): number | undefined {
  const passing = outcome.kind === "failed" ? outcome.failure.kind === "broken" : transient(outcome.response);
  if (!passing || attempt >= ATTEMPTS) return undefined;
  const asked = outcome.kind === "answered" ? retryAfterMs(outcome.response, clock) : undefined;
  if (asked !== undefined && asked > MAX_DELAY_MS) return undefined;
  return asked || FIRST_DELAY_MS * 2 ** (attempt - 1);
}

/** `Retry-After` in seconds or as a date (RFC 9110). */
function retryAfterMs(response: HttpResponse, clock: Clock): number | undefined {
  const value = response.header("retry-after");
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - clock.nowMs());
}

/** Takes secrets out of a text that is about to be shown. */
export type Redactor = (text: string) => string;

const MASK = "[redacted]";
/** `scheme://user:password@host`: the credentials between `//` and `@`. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const AUTHORIZATION = /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',}]+/gi;
const SCHEME_TOKEN = /\b(bearer|basic)\s+[A-Za-z0-9+/._~-]{8,}=*/gi;

/** Hides the given values, credentials in URLs and what follows `Authorization`. Longer values go first, so that none is left in part. */
export function createRedactor(secrets: readonly (string | undefined)[]): Redactor {
  const values = secrets.flatMap((value) => (value ? [value] : [])).toSorted((left, right) => right.length - left.length);
  const hideValues: Redactor = (text) => values.reduce((shown, value) => shown.replaceAll(value, MASK), text);
  return (text) => hidePatterns(hideValues(text));
}

const hidePatterns: Redactor = (text) =>
  text.replaceAll(URL_CREDENTIALS, `$1${MASK}@`).replaceAll(AUTHORIZATION, `$1${MASK}`).replaceAll(SCHEME_TOKEN, `$1 ${MASK}`);

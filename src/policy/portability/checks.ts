import type { CheckFacts, ImageFacts } from "./facts.ts";
import { broken, held, type Verdict } from "./verdict.ts";

/** All checks of a kind as one verdict; none where there is no such check. */
export function allOf(checks: readonly CheckFacts[]): Verdict | undefined {
  if (checks.length === 0) return undefined;
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return held(checks.map(({ id }) => id).join(", "));
  return broken(failed.map(({ id, detail }) => `${id}: ${detail}`).join("; "));
}

/** Those with one of the names, or with one and more words. */
export const checksNamed = ({ checks }: ImageFacts, ...names: readonly string[]): readonly CheckFacts[] =>
  checks.filter(({ id }) => names.some((name) => id === name || id.startsWith(`${name} `)));

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** One or more numbers with a unit, the larger first or not: `30s`, `1m30s`, `3d`. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;

/** Whole milliseconds of a text such as `30s`, `1m30s` or `3d`; `undefined` when it is no duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const totalMs = [...text.matchAll(PART)].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs(unit), 0);
  return Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined;
}

const unitMs = (unit: string | undefined): number => (isUnit(unit) ? UNIT_MS[unit] : 0);

const isUnit = (unit: string | undefined): unit is keyof typeof UNIT_MS => unit !== undefined && Object.hasOwn(UNIT_MS, unit);

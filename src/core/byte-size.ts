const UNIT_BYTES = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
} as const;

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGT]?I?B)?$/i;

/** Whole bytes of a text such as `5GiB`, `500MB` or `0`; `undefined` when it is no size. */
export function parseByteSize(text: string): number | undefined {
  const [, amount = "", unit = "B"] = SIZE.exec(text) ?? [];
  const factor = Object.entries(UNIT_BYTES).find(([name]) => name === unit.toUpperCase())?.[1];
  if (amount === "" || factor === undefined) return undefined;
  const bytes = Math.round(Number(amount) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

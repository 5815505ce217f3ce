/**
 * An amount in minor units (cents) of one currency.
 * @typedef {{ readonly minor: number, readonly currency: string }} Money
 */

const DIGITS = { JPY: 0, KWD: 3 };
const digitsOf = (currency) => DIGITS[currency] ?? 2;

/** @returns {Money} */
export function money(minor, currency) {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${minor} is no whole number of minor units`);
  return Object.freeze({ minor, currency });
}

/** Reads "12.30" exactly: decimal text never passes through a float. */
export function price(text, currency) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const digits = digitsOf(currency);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > digits) throw new RangeError(`${text} is no price in ${currency}`);
  const minor = Number(match[2] + fraction.padEnd(digits, "0"));
  return money(match[1] ? -minor : minor, currency);
}

export function add(first, ...rest) {
  return rest.reduce((sum, next) => {
    if (next.currency !== sum.currency) throw new TypeError(`${sum.currency} and ${next.currency} do not add up`);
    return money(sum.minor + next.minor, sum.currency);
  }, first);
}

export const times = (amount, count) => money(amount.minor * count, amount.currency);

/** A share in basis points (1 = 0.01 %), halves rounded to the even neighbour as banks do. */
export function share(amount, basisPoints) {
  const product = BigInt(amount.minor) * BigInt(basisPoints);
  const whole = product / 10_000n;
  const rest = product % 10_000n;
  const magnitude = rest < 0n ? -rest : rest;
  const up = magnitude > 5_000n || (magnitude === 5_000n && whole % 2n !== 0n);
  const step = product < 0n ? -1n : 1n;
  return money(Number(up ? whole + step : whole), amount.currency);
}

/** Parts that differ by at most one minor unit and add up to the whole. */
export function split(amount, parts) {
  const base = Math.trunc(amount.minor / parts);
  const rest = amount.minor - base * parts;
  return Array.from({ length: parts }, (_, index) =>
    money(base + (index < Math.abs(rest) ? Math.sign(rest) : 0), amount.currency),
  );
}

export function format(amount) {
  const digits = digitsOf(amount.currency);
  const text = String(Math.abs(amount.minor)).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amount.minor < 0 ? "-" : ""}${whole} ${amount.currency}`;
}

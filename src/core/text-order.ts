/**
 * Orders two strings by their UTF-8 bytes, which is the order of their code points.
 * JavaScript's own `<` compares UTF-16 units and puts U+FFxx after the astral planes.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above every BMP unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

export function sortedByUtf8<T>(items: Iterable<T>, key: (item: T) => string): T[] {
  const list = [...items];
  // Without surrogates both orders are one, and the engine's own comparison is many times faster.
  const compare = list.some((item) => SURROGATE.test(key(item))) ? compareUtf8 : compareUnits;
  return list.sort((left, right) => compare(key(left), key(right)));
}

const SURROGATE = /[\ud800-\udfff]/;

const compareUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

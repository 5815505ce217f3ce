/** A literal that begins something worth looking at, in lower case. */
export interface Anchor<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

/** The shortest anchor; the search advances by up to so many bytes less one. */
const MIN_BYTES = 3;

/**
 * Finds many literals in one pass, ASCII case aside: Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching" (1994), with
 * blocks of two bytes over the first three of each literal. Most bytes are looked at twice in a table and never again.
 */
export class AnchorSearch<T> {
  /** How far the window may move on when it ends in these two bytes. */
  readonly #shifts = new Uint8Array(0x10000).fill(MIN_BYTES - 1);
  /** Anchors by their second and third byte. */
  readonly #buckets: (readonly Anchor<T>[] | undefined)[] = new Array(0x10000);

  constructor(literals: Iterable<readonly [literal: string, value: T]>) {
    for (const [literal, value] of literals) {
      const bytes = Buffer.from(literal, "latin1");
      const first = block(bytes[0], bytes[1]);
      const second = block(bytes[1], bytes[2]);
      this.#shifts[first] = Math.min(this.#shifts[first] ?? 0, 1);
      this.#shifts[second] = 0;
      this.#buckets[second] = [...(this.#buckets[second] ?? []), { bytes, value }];
    }
  }

  /** Visits every anchor that begins in `from ≤ at < to`, in that order; anchors may reach beyond `to`. */
  search(bytes: Uint8Array, from: number, to: number, visit: (at: number, value: T) => void): void {
    const shifts = this.#shifts;
    const end = Math.min(to + MIN_BYTES - 1, bytes.length);
    let last = from + MIN_BYTES - 1;
    while (last < end) {
      const code = block(FOLD[bytes[last - 1] ?? 0], FOLD[bytes[last] ?? 0]);
      const shift = shifts[code] ?? 0;
      if (shift > 0) last += shift;
      else {
        const at = last - MIN_BYTES + 1;
        for (const anchor of this.#buckets[code] ?? []) if (standsAt(bytes, at, anchor.bytes)) visit(at, anchor.value);
        last += 1;
      }
    }
  }
}

const block = (first = 0, second = 0): number => (first << 8) | second;

const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

function standsAt(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let index = 0; index < literal.length; index += 1) if (FOLD[bytes[at + index] ?? 0] !== literal[index]) return false;
  return true;
}

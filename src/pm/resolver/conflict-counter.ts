/** After so many conflicts between two packages they change places. */
const CONFLICTS_BEFORE_SWAP = 5;

/** Counts which packages keep refusing versions because of which others, and ranks packages by it. */
export class ConflictCounter {
  readonly #counts = new Map<string, number>();
  readonly #early = new Set<number>();
  readonly #late = new Set<number>();

  /** Returns true when `affected` is to be decided before `culprit` from now on. */
  count(affected: number, culprit: number): boolean {
    const pair = `${affected} ${culprit}`;
    const count = (this.#counts.get(pair) ?? 0) + 1;
    this.#counts.set(pair, count);
    if (count !== CONFLICTS_BEFORE_SWAP) return false;
    this.#early.add(affected);
    this.#late.delete(affected);
    if (!this.#early.has(culprit)) this.#late.add(culprit);
    return true;
  }

  /** The lower the sooner. */
  rank(package_: number, isForced: boolean): number {
    if (isForced) return 0;
    if (this.#early.has(package_)) return 1;
    return this.#late.has(package_) ? 3 : 2;
  }
}

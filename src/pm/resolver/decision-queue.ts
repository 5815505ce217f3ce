/** More than any package's number, so that rank and number make one number that orders both. */
const RANK_STEP = 2 ** 40;

/** Packages waiting for a decision, lowest rank first and then in the order of their numbers: a binary heap. */
export class DecisionQueue {
  readonly #heap: number[] = [];

  add(package_: number, rank: number): void {
    const heap = this.#heap;
    const entry = rank * RANK_STEP + package_;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= entry) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** The first package that still waits with the rank it came with; entries that do not are dropped. */
  first(isWaiting: (package_: number, rank: number) => boolean): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      const rank = Math.floor(top / RANK_STEP);
      const package_ = top - rank * RANK_STEP;
      if (isWaiting(package_, rank)) return package_;
      this.#dropFirst();
    }
    return undefined;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const lesser = (heap[child + 1] ?? Infinity) < (heap[child] ?? Infinity) ? child + 1 : child;
      const below = heap[lesser] ?? Infinity;
      if (below >= last) break;
      heap[index] = below;
      index = lesser;
    }
    heap[index] = last;
  }
}

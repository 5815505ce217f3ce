const NEWLINE = 0x0a;

/** Tells lines and columns of offsets in a stream that passes once; offsets are asked for in ascending order. */
export class LineCounter {
  #counted = 0;
  #line = 1;
  #lineStart = 0;

  /** Where `offset` stands; `bytes` begin at the offset `base` of the stream. */
  place(bytes: Uint8Array, base: number, offset: number): { readonly line: number; readonly column: number } {
    this.pass(bytes, base, offset);
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }

  /** Counts up to an offset. */
  pass(bytes: Uint8Array, base: number, offset: number): void {
    for (let index = this.#counted - base; index < offset - base; index += 1) {
      if (bytes[index] !== NEWLINE) continue;
      this.#line += 1;
      this.#lineStart = base + index + 1;
    }
    this.#counted = Math.max(this.#counted, offset);
  }
}

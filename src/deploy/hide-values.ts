/** Shorter lines are no secret, and stand in any text. */
const MIN_LINE_CHARS = 6;

/** A text without values that nobody may see, nor any line of one: programs cut and indent what they print. */
export function hideValues(text: string, values: Iterable<string>): string {
  const parts = [...values].flatMap((value) => [value, ...linesOf(value)]);
  return [...new Set(parts)]
    .sort((left, right) => right.length - left.length)
    .reduce((shown, part) => shown.replaceAll(part, "[redacted]"), text);
}

const linesOf = (value: string): readonly string[] =>
  value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_LINE_CHARS);

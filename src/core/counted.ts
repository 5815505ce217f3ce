/** `1 package`, `2 packages`: a count with its noun, whose plural ends in `s` unless it is given. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`;

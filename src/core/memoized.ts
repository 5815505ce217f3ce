/**
 * A pure function of a text that remembers its answers: what a graph says a thousand times is worked out once.
 * Neither a throw nor `undefined` is remembered.
 */
export function memoized<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = compute(text);
    known.set(text, value);
    return value;
  };
}

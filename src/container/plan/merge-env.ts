/**
 * Environment of the image: the base's variables in the base's order, with our values where the names meet, then ours that are new.
 * A name that the base has twice keeps its first place and its last value.
 */
export function mergeEnv(base: readonly string[], ours: readonly (readonly [name: string, value: string])[]): string[] {
  const merged = new Map<string, string>();
  for (const line of base) merged.set(nameOf(line), line);
  for (const [name, value] of ours) merged.set(name, `${name}=${value}`);
  return [...merged.values()];
}

function nameOf(line: string): string {
  const end = line.indexOf("=");
  return end < 0 ? line : line.slice(0, end);
}

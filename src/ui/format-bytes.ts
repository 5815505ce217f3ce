const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** Bytes for people, in powers of 1000 with three digits: `999 B`, `1.20 kB`, `48.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit] ?? "TB"}`;
}

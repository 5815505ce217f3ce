/** A match before it is judged by what else is in the file. Offsets are in bytes; `end` is behind the secret's last one. */
export interface SecretHit {
  readonly rule: string;
  readonly weight: number;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** Of hits in one place the heaviest, and of one rule the first. */
export function withoutOverlaps(hits: readonly SecretHit[]): readonly SecretHit[] {
  const kept: SecretHit[] = [];
  for (const hit of hits.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
    const last = kept.at(-1);
    const overlaps = last !== undefined && hit.start < last.end;
    if (!overlaps || (last.weight === hit.weight && last.rule !== hit.rule)) kept.push(hit);
    else if (hit.weight > last.weight) kept[kept.length - 1] = hit;
  }
  return kept;
}

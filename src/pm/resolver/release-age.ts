/** How old a release must be before it is chosen: `[resolver] min-release-age`, and the time that counts as now. */
export interface AgeRule {
  readonly minAgeMs: number;
  readonly nowMs: number;
}

/** A release that is passed over for its age. */
export interface YoungRelease {
  /** When it is old enough, RFC 3339; absent when it does not say when it was published, since nothing then proves an age. */
  readonly from?: string;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * Whether a release is too young by its own word, RFC 3339 as in `org.opencontainers.image.created`; `undefined` when it is old enough.
 * One that says no time, or none that can be read, is too young for ever.
 */
export function youngRelease(created: string | undefined, { minAgeMs, nowMs }: AgeRule): YoungRelease | undefined {
  const createdMs = created !== undefined && RFC_3339.test(created) ? Date.parse(created) : Number.NaN;
  if (Number.isNaN(createdMs)) return {};
  const fromMs = createdMs + minAgeMs;
  return fromMs <= nowMs ? undefined : { from: new Date(fromMs).toISOString().replace(/\.\d{3}Z$/, "Z") };
}

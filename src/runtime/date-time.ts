/** RFC 3339 in UTC, whole seconds. */
export const rfc3339 = (timeMs: number): string => new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, "Z");

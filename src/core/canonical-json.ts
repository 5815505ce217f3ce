/** A value that JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/**
 * RFC 8785 text of a value, with no newline at the end: keys by UTF-16 units, ECMAScript numbers, no white space.
 * A key whose value is `undefined` is left out.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(",")}}`;
}

const encoder = new TextEncoder();

export const canonicalJsonBytes = (value: JsonValue): Uint8Array => encoder.encode(canonicalJson(value));

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

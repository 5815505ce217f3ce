import { canonicalJson, type JsonValue } from "../../core/canonical-json.ts";
import { digestOf, hexOf } from "../../core/digest.ts";

/** A name for a document that is made of its content, so that equal documents have one name: a UUID of version 8 (RFC 9562, 5.8). */
export function documentUuid(document: JsonValue): string {
  const hex = hexOf(digestOf(canonicalJson(document)));
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

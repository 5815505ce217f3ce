import parse from "spdx-expression-parse";
import { digestOf, shortHexOf } from "../../core/digest.ts";

/** What a manifest says of a licence: an SPDX expression, words of its own, or nothing. */
export type Licence =
  | { readonly kind: "expression"; readonly expression: string }
  | { readonly kind: "words"; readonly text: string; readonly ref: string }
  | { readonly kind: "none" };

/** SPDX 2.3, annex D: what is no expression is kept as it is, under a name of its own. */
export function parseLicence(text: string | undefined): Licence {
  const words = (text ?? "").trim();
  if (words === "") return { kind: "none" };
  if (isExpression(words)) return { kind: "expression", expression: words };
  return { kind: "words", text: words, ref: `LicenseRef-${shortHexOf(digestOf(words))}` };
}

function isExpression(text: string): boolean {
  // A reference to a text that this document does not carry would lead nowhere.
  if (/LicenseRef-|DocumentRef-/.test(text)) return false;
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

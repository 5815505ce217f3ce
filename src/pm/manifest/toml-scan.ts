/** A dotted key and the offset of what follows it. */
export interface ScannedKey {
  readonly parts: readonly string[];
  readonly end: number;
}

export const isBareKeyByte = (character: string | undefined): boolean =>
  character !== undefined && /[A-Za-z0-9_-]/.test(character);

const KEY_PART = /\s*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*/y;

/** Reads `a."b c".d` from `offset` on. */
export function keyParts(text: string, offset: number): ScannedKey {
  const parts: string[] = [];
  let end = offset;
  do {
    KEY_PART.lastIndex = parts.length === 0 ? end : end + 1;
    const match = KEY_PART.exec(text);
    if (match === null) break;
    const [, basic, literal, bare] = match;
    parts.push(basic === undefined ? (literal ?? bare ?? "") : unescaped(basic));
    end = KEY_PART.lastIndex;
  } while (text[end] === ".");
  return { parts, end };
}

const TOKEN =
  /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[[\]{}\n]|[^"'#[\]{}\n]+|["']/y;

/** The offset after the value that begins at or after `offset`: the end of its line, or of the line on which its brackets close. */
export function skipValue(text: string, offset: number): number {
  let depth = 0;
  TOKEN.lastIndex = offset;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (token === "\n" && depth <= 0) return TOKEN.lastIndex;
  }
  return text.length;
}

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g,
    (_, short?: string, long?: string, letter?: string) => {
      const code = short ?? long;
      return code === undefined ? (ESCAPES[letter ?? ""] ?? letter ?? "") : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

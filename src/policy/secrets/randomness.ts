/** A literal under a name like `password` counts as a secret from this entropy on, in bits a character. */
export const RANDOM_BITS = 3;
/** And when so large a share of neighbouring characters are of two kinds (lower case, upper case, digit, other); words have fewer. */
export const RANDOM_MIXTURE = 0.25;
/** And when it has so many characters. */
export const RANDOM_LENGTH = 12;

/** Shannon's entropy of the text's own characters, in bits a character. */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

type Kind = "lower" | "upper" | "digit" | "other";

function kindOf(character: string): Kind {
  if (character >= "a" && character <= "z") return "lower";
  if (character >= "A" && character <= "Z") return "upper";
  return character >= "0" && character <= "9" ? "digit" : "other";
}

/** The share of neighbours of two kinds. What joins words counts for nothing: a capital before its word, and one of `-_./:`. */
function mixture(text: string): number {
  let mixed = 0;
  let before: Kind | undefined;
  for (const character of text.replace(/[-_./:]/g, "")) {
    const kind = kindOf(character);
    if (before !== undefined && kind !== before && !(before === "upper" && kind === "lower")) mixed += 1;
    before = kind;
  }
  return text.length < 2 ? 0 : mixed / (text.length - 1);
}

/** Whether nobody would have made up this literal by hand. */
export const looksRandom = (text: string): boolean =>
  text.length >= RANDOM_LENGTH &&
  /[0-9]/.test(text) &&
  /[A-Za-z]/.test(text) &&
  entropyBits(text) >= RANDOM_BITS &&
  mixture(text) >= RANDOM_MIXTURE;

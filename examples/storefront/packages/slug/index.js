import { LETTERS } from "./letters.js";

const MARKS = /\p{Mark}+/gu;
const GAPS = /[^a-z0-9]+/g;

/** "Crème Brûlée" becomes "creme-brulee"; what has no Latin letters or digits becomes `fallback`. */
export function slug(title, { maxLength = 64, fallback = "item" } = {}) {
  const plain = title.normalize("NFKD").replace(MARKS, "").toLowerCase();
  const spelled = Array.from(plain, (letter) => LETTERS.get(letter) ?? letter).join("");
  const joined = spelled
    .replace(GAPS, "-")
    .slice(0, maxLength)
    .replace(/^-+|-+$/g, "");
  return joined === "" ? fallback : joined;
}

/** Slugs in order, the second of two equal ones numbered. */
export function uniqueSlugs(titles) {
  const seen = new Map();
  return titles.map((title) => {
    const base = slug(title);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  });
}

import type { FileTexts } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { pageLines, tableBelow } from "../markdown/page.ts";
import { pagesOf } from "../pages.ts";
import { errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("vocabulary");
export const VOCABULARY_PAGE = "docs/src/reference/vocabulary.md";

export const vocabulary: Validator = {
  id: "vocabulary",
  statement: "no page, help text or message uses a word that the vocabulary gives up for another",
  run: ({ files }) => {
    const terms = termsOf(files);
    if (terms.length === 0) return [finding("the vocabulary has no table of terms", { file: VOCABULARY_PAGE })];
    return spokenLines(files).flatMap((line) => lineFaults(line, terms));
  },
};

interface Term {
  readonly term: string;
  readonly refused: RegExp;
}

const termsOf = (files: FileTexts): readonly Term[] =>
  tableBelow(files.text(VOCABULARY_PAGE) ?? "", "Terms").flatMap(({ cells }) => {
    const words = (cells[2] ?? "").split(",").map((word) => word.trim());
    const refused = new RegExp(`(?<![\\w-])(?:${words.join("|")})s?(?![\\w-])`, "i");
    return words.every((word) => /^[A-Za-z -]+$/.test(word)) ? [{ term: cells[0] ?? "", refused }] : [];
  });

interface SpokenLine {
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

/** Pages, and what the program says: the registry's texts and the catalogue's. */
function spokenLines(files: FileTexts): readonly SpokenLine[] {
  const pages = pagesOf(files).filter(({ path }) => path !== VOCABULARY_PAGE);
  const said = [REGISTRY_PATH, ...files.under("src/errors/")].map((path) => ({ path, text: files.text(path) ?? "" }));
  return [...pages, ...said].flatMap(({ path, text }) =>
    pageLines(text).map((line) => ({ file: path, number: line.number, text: line.text })),
  );
}

const lineFaults = ({ file, number, text }: SpokenLine, terms: readonly Term[]): readonly Finding[] =>
  terms.flatMap(({ term, refused }) => {
    const word = refused.exec(text)?.[0];
    return word === undefined ? [] : [finding(`\`${word}\` is called \`${term}\` here`, { file, line: number })];
  });

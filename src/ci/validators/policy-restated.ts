import type { Finding } from "../finding.ts";
import { linksOf, pageLines } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("policy-restated");

/** So many words in a row are no chance. */
const SHINGLE = 9;

export const policyRestated: Validator = {
  id: "policy-restated",
  statement: "pages that show how to deploy link to the normative page, and no page repeats its sentences",
  advisoryLocally: true,
  run: ({ files }) => {
    const source = files.text(NORMATIVE_PAGE);
    if (source === undefined) return [finding("there is no normative page", { file: NORMATIVE_PAGE })];
    const said = new Set(shinglesOf(source).map(({ words }) => words));
    const others = pagesOf(files).filter(({ path }) => path !== NORMATIVE_PAGE && path !== "docs/src/reference/policy.md");
    return [
      ...others.filter(showsDeployment).filter(linksNowhere).map(withoutLink),
      ...others.flatMap((page) => repetitions(page, said)),
    ];
  },
};

const showsDeployment = ({ path }: Page): boolean =>
  path.startsWith("docs/src/how-to/") || path.endsWith("/deployment-compose.md");
const linksNowhere = ({ text }: Page): boolean =>
  !linksOf(text).some(({ target }) => target.includes("vox-portability-ssot.md"));
const withoutLink = ({ path }: Page): Finding =>
  finding("the page does not link to the normative one", { file: path, line: 1 });

const repetitions = ({ path, text }: Page, said: ReadonlySet<string>): readonly Finding[] =>
  shinglesOf(text)
    .filter(({ words }) => said.has(words))
    .slice(0, 1)
    .map(({ words, line }) => finding(`\`${words} …\` is said on the normative page: link to it`, { file: path, line }));

/** Every run of so many words in the prose of a page, code and punctuation left out. */
function shinglesOf(markdown: string): readonly { readonly words: string; readonly line: number }[] {
  const words = pageLines(markdown)
    .filter(({ code, text }) => !code && !text.startsWith("#"))
    .flatMap(({ text, number }) =>
      (
        text
          .replaceAll(/\]\([^)]*\)/g, "")
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu) ?? []
      ).map((word) => ({ word, line: number })),
    );
  return words.slice(0, Math.max(0, words.length - SHINGLE + 1)).map(({ line }, index) => ({
    words: words
      .slice(index, index + SHINGLE)
      .map(({ word }) => word)
      .join(" "),
    line,
  }));
}

import { pageLines } from "../markdown/page.ts";
import type { Finding } from "../finding.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";
import { VOCABULARY_PAGE } from "./vocabulary.ts";

const finding = errorsOf("portability-mixing");

/** What only a page about the tool, and what only a page about applications, has to say. */
const OF_THE_TOOL = /\btoolchain portability\b|\bvox upgrade\b|checksums\.txt/;
const OF_APPLICATIONS = /\bapp portability\b|\bvox (?:deploy|package|rollback)\b|\[deploy[.\]]/;

export const portabilityMixing: Validator = {
  id: "portability-mixing",
  statement: "no reference or how-to page speaks of deploying applications and of installing the tool",
  advisoryLocally: true,
  run: ({ files }) => pagesOf(files).filter(isSubject).flatMap(mixture),
};

/** Pages made from one list speak of everything in it; the vocabulary tells the two words apart. */
const isSubject = ({ path, text }: Page): boolean =>
  /^docs\/src\/(?:reference|how-to)\//.test(path) && path !== VOCABULARY_PAGE && !text.includes("*Normative. Made from `");

function mixture({ path, text }: Page): readonly Finding[] {
  const lines = pageLines(text);
  const tool = lines.find((line) => OF_THE_TOOL.test(line.text));
  const application = lines.find((line) => OF_APPLICATIONS.test(line.text));
  if (tool === undefined || application === undefined) return [];
  const second = tool.number > application.number ? tool : application;
  return [finding("the page speaks of applications and of the tool itself", { file: path, line: second.number })];
}

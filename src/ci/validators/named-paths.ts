import type { FileTexts } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, pageLines } from "../markdown/page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("named-paths");

export const namedPaths: Validator = {
  id: "named-paths",
  statement: "every file of this repository that a page names is there",
  run: ({ files }) => pagesOf(files).flatMap((page) => pageFaults(page, files)),
};

const pageFaults = (page: Page, files: FileTexts): readonly Finding[] =>
  pageLines(page.text)
    .filter(({ code }) => !code)
    .flatMap(({ number, text }) =>
      codeSpans(text)
        .filter((span) => OURS.test(span) && !isThere(span, files))
        .map((span) => finding(`there is no \`${span}\``, { file: page.path, line: number })),
    );

/** A path that begins in a folder of this repository and holds no place holder. */
const OURS = /^(?:src|test|scripts|contracts|examples|docs\/src|\.github|\.ci)\/[\w./-]*$/;

const isThere = (path: string, files: FileTexts): boolean =>
  files.text(path) !== undefined || files.under(path.endsWith("/") ? path : `${path}/`).length > 0;

import type { FileTexts } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, pageLines } from "../markdown/page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("named-paths");

export const namedPaths: Validator = {
  id: "named-paths",
  statement: "every file of this repository that a page names, or a comment of a workflow, script or contract, is there",
  run: ({ files }) => [
    ...pagesOf(files).flatMap((page) => pageFaults(page, files)),
    ...COMMENTED.flatMap((prefix) => files.under(prefix)).flatMap((path) => commentFaults(path, files)),
  ],
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

/** What is commented by lines that begin with `#`. */
const COMMENTED = [".ci/", ".github/", "Dockerfile", "contracts/cli/", "contracts/install/", "scripts/"];

const commentFaults = (file: string, files: FileTexts): readonly Finding[] =>
  (files.text(file) ?? "")
    .split("\n")
    .flatMap((line, index) =>
      /^\s*#/.test(line)
        ? [...line.matchAll(/(?<![\w./-])(?:src|test|scripts|contracts|examples|docs\/src)\/[\w./-]+\w/g)]
            .filter(([path]) => !isThere(path, files))
            .map(([path]) => finding(`there is no \`${path}\``, { file, line: index + 1 }))
        : [],
    );

const isThere = (path: string, files: FileTexts): boolean =>
  files.text(path) !== undefined || files.under(path.endsWith("/") ? path : `${path}/`).length > 0;

import type { FileTexts } from "./file-texts.ts";

/** A page that people read. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

const AT_THE_TOP = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** Every Markdown page that people read: those of the documentation, and those at the top of the checkout. */
export const pagesOf = (files: FileTexts): readonly Page[] =>
  [...AT_THE_TOP, ...files.under("docs/src/").filter((path) => path.endsWith(".md"))].flatMap((path) => {
    const text = files.text(path);
    return text === undefined ? [] : [{ path, text }];
  });

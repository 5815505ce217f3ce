import { posix } from "node:path";
import type { FileTexts } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { headingsOf, linksOf } from "../markdown/page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("links");

export const links: Validator = {
  id: "links",
  statement: "every link inside the repository leads to a file, and its anchor to a heading",
  run: ({ files }) => pagesOf(files).flatMap((page) => deadLinks(page, files)),
};

const deadLinks = (page: Page, files: FileTexts): readonly Finding[] =>
  linksOf(page.text).flatMap(({ target, line }) => {
    if (/^[a-z][a-z+.-]*:/.test(target)) return [];
    const [path = "", anchor = ""] = target.split("#");
    const file = path === "" ? page.path : posix.join(posix.dirname(page.path), decodeURI(path));
    return isAlive(file, anchor, files) ? [] : [finding(`\`${target}\` leads nowhere`, { file: page.path, line })];
  });

function isAlive(file: string, anchor: string, files: FileTexts): boolean {
  const text = files.text(file);
  if (text === undefined) return anchor === "" && files.under(file.endsWith("/") ? file : `${file}/`).length > 0;
  return anchor === "" || headingsOf(text).some((heading) => heading.anchor === anchor);
}

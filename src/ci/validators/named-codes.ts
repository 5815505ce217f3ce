import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, pageLines } from "../markdown/page.ts";
import { type Page, pagesOf } from "../pages.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("named-codes");

export const namedCodes: Validator = {
  id: "named-codes",
  statement: "every error code, `VOX_` variable and exit code that a page names is one of vox's",
  run: ({ files }) => pagesOf(files).flatMap(pageFaults),
};

const CODES: ReadonlySet<string> = new Set(Object.keys(ERROR_CATALOGUE));
const VARIABLES: ReadonlySet<string> = new Set(ENVIRONMENT_VARIABLES.map(({ name }) => name));
const EXITS: ReadonlySet<number> = new Set<number>(Object.values(EXIT));

/** Codes of registries and variables of git, which pages tell of. */
const OF_OTHERS = /^(?:GIT_(?:SSH|SSH_COMMAND|ASKPASS|SSL_\w+)|NAME_UNKNOWN|MANIFEST_BLOB_UNKNOWN)$/;

/** A code shares its first word with some other code, and so is not the constant of another program. */
const FIRST_WORDS: ReadonlySet<string> = new Set([...CODES].map((code) => code.split("_")[0] ?? ""));

/** Variables of the tests and of the checkout's own scripts, less their `VOX_`: the program does not read them. */
const OF_THE_CHECKOUT: ReadonlySet<string> = new Set(["REQUIRE_SERVICES", "SERVICES_DIR"]);

const pageFaults = (page: Page): readonly Finding[] =>
  pageLines(page.text).flatMap(({ number, text, code }) => {
    const spans = code ? [text] : codeSpans(text);
    const place = { file: page.path, line: number };
    return [
      ...spans
        .filter((span) => /^[A-Z]+(?:_[A-Z]+)+$/.test(span) && FIRST_WORDS.has(span.split("_")[0] ?? ""))
        .filter((span) => !CODES.has(span) && !VARIABLES.has(span) && !OF_OTHERS.test(span))
        .map((span) => finding(`\`${span}\` is no error code of vox`, place)),
      ...spans
        .flatMap((span) => [...span.matchAll(/\bVOX_[A-Z_]+\b/g)].map(([name]) => name))
        .filter((name) => !VARIABLES.has(name) && !OF_THE_CHECKOUT.has(name.slice(4)))
        .map((name) => finding(`\`${name}\` is no variable of vox`, place)),
      ...[...text.matchAll(/\b[Ee]xit(?:s with| codes?)? (\d+)\b/g)]
        .filter((match) => !EXITS.has(Number(match[1])))
        .map((match) => finding(`${match[1] ?? ""} is no exit code of vox`, place)),
    ];
  });

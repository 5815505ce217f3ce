import type { Finding } from "../finding.ts";
import { codeSpans, headingsOf, pageLines } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("conformance");

/** What people look for on the page that they cite. */
const SECTIONS = [
  "What is promised",
  "What is not promised",
  "Who is the source of truth for what",
  "Invariants",
  "Lock semantics by lane",
  "Materialization",
  "What hermetic means here",
  "Platforms",
  "Metadata, bills of materials, provenance, signatures",
  "Compose as an artifact",
  "Runtimes and their caveats",
  "Conformance checklist",
];

export const conformance: Validator = {
  id: "conformance",
  statement: "the normative page has all its parts, and each box of its checklist is ticked and names a test that is there",
  run: ({ files }) => {
    const page = files.text(NORMATIVE_PAGE);
    if (page === undefined) return [finding("there is no normative page", { file: NORMATIVE_PAGE })];
    const headings = new Set(headingsOf(page).map(({ text }) => text));
    return [
      ...SECTIONS.filter((title) => !headings.has(title)).map((title) =>
        finding(`it has no \`## ${title}\``, { file: NORMATIVE_PAGE }),
      ),
      ...boxFaults(page, files),
    ];
  },
};

const boxFaults = (page: string, files: ComplianceFacts["files"]): readonly Finding[] =>
  pageLines(page).flatMap(({ number, text }) => {
    const [, tick] = /^- \[(.)\] /.exec(text) ?? [];
    if (tick === undefined) return [];
    const place = { file: NORMATIVE_PAGE, line: number };
    const tests = codeSpans(text).filter((span) => span.startsWith("test/"));
    return [
      ...(tick === "x" ? [] : [finding("the box is not ticked: what is not shown is for the deferral register", place)]),
      ...(tests.length > 0 && tests.every((path) => files.text(path) !== undefined)
        ? []
        : [finding("the box names no test that is there", place)]),
    ];
  });

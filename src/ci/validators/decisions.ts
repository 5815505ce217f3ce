import { headingsOf, pageLines } from "../markdown/page.ts";
import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("decisions");
const FOLDER = "docs/src/adr/";

export const decisions: Validator = {
  id: "decisions",
  statement:
    "each decision record has a number of its own, is accepted or superseded, and says context, decision and consequences",
  run: (facts) => {
    const records = facts.files.under(FOLDER).filter((path) => path.endsWith(".md"));
    return [...records.flatMap((path) => recordFaults(path, facts)), ...sharedNumbers(records)];
  },
};

const PARTS = ["Context", "Decision", "Consequences"];

function recordFaults(file: string, { files }: ComplianceFacts): readonly Finding[] {
  const text = files.text(file) ?? "";
  const number = numberOf(file);
  const headings = headingsOf(text).map((heading) => heading.text);
  const status = pageLines(text).find((line) => line.text.startsWith("Status:"));
  return [
    ...(headings[0]?.startsWith(`${number}: `) === true
      ? []
      : [finding(`its title does not begin with \`${number}: \``, { file, line: 1 })]),
    ...(status !== undefined && /^Status: (?:accepted|superseded by \[?\d{3})/.test(status.text)
      ? []
      : [finding("it is neither accepted nor superseded", { file, line: status?.number ?? lineOf(text, "\n") })]),
    ...PARTS.filter((part) => !headings.includes(part)).map((part) => finding(`it has no \`## ${part}\``, { file })),
  ];
}

const sharedNumbers = (records: readonly string[]): readonly Finding[] =>
  records
    .filter((path) => records.some((other) => other !== path && other < path && numberOf(other) === numberOf(path)))
    .map((file) => finding(`another record is number ${numberOf(file)}`, { file }));

const numberOf = (path: string): string => path.slice(FOLDER.length).split("-")[0] ?? "";

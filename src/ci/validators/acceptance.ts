import type { Finding } from "../finding.ts";
import { codeSpans, tableBelow, type TableRow } from "../markdown/page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("acceptance");
const PAGE = "docs/src/architecture/doc-to-code-acceptance-checklist.md";

/** The work packages, gates and risks of the plan, and the lines of its rulebook: what portability means, and does not; who owns what; what is forbidden. */
const IDS = [
  ..."WP1.1 WP1.2 WP1.3 WP2.1 WP2.2 WP2.3 WP3.1 WP3.2 WP3.3 WP4.1 WP4.2 WP4.3 WP5.1 WP5.2 WP5.3 WP6.1 WP6.2 WP6.3 G1 G2 G3 G4 G5 G6 R1 R2 R3 R4 R5".split(
    " ",
  ),
  ...Object.entries({ means: 3, not: 3, owner: 7, never: 3 }).flatMap(([word, count]) =>
    Array.from({ length: count }, (_, index) => `${word} ${index + 1}`),
  ),
];

const TABLES = ["Work packages", "Gates", "Rulebook", "Risks"];

/** Made from the other checks, which it is handed: it cannot import the list that it is part of. */
export const acceptance = (others: readonly { readonly id: string }[]): Validator => ({
  id: "acceptance",
  statement:
    "each work package, gate, line of the rulebook and risk of the plan has a row with a file that is there and a check that runs, and none is open",
  advisoryLocally: true,
  run: (facts) => {
    const page = facts.files.text(PAGE) ?? "";
    const rows = TABLES.flatMap((heading) => tableBelow(page, heading));
    const known = new Set([...others.map(({ id }) => id), "acceptance"]);
    return [
      ...IDS.filter((id) => !rows.some(({ cells }) => cells[0] === id)).map((id) =>
        finding(`${id} has no row`, { file: PAGE }),
      ),
      ...rows.flatMap((row) => rowFaults(row, facts, known)),
    ];
  },
});

/** What would be work that nobody has done, and that no trigger brings. */
const OPEN = /\b(?:todo|to do|tbd|planned|not yet|later|partly)\b/i;

function rowFaults({ cells, line }: TableRow, { files }: ComplianceFacts, known: ReadonlySet<string>): readonly Finding[] {
  const [id = ""] = cells;
  const [home = "", check = ""] = cells.slice(-2);
  const places = codeSpans(home).filter((span) => span.includes("/"));
  const checks = codeSpans(check);
  const place = { file: PAGE, line };
  return [
    ...(OPEN.test(cells.join(" ")) ? [finding(`${id} is open: that is for the deferral register`, place)] : []),
    ...(places.length > 0 && places.every((path) => files.text(path) !== undefined)
      ? []
      : [finding(`${id} names no file that is there`, place)]),
    ...(checks.length > 0 ? [] : [finding(`${id} names no check`, place)]),
    ...checks
      .filter((span) => !(span.startsWith("test/") ? files.text(span) !== undefined : known.has(span)))
      .map((span) => finding(`${id} names \`${span}\`, which is no check`, place)),
  ];
}

import { type DeclaredInvariant, parsePortabilityPolicy, type PortabilityPolicy } from "../../contracts/portability-policy.ts";
import { PORTABILITY_POLICY } from "../../policy/portability/generated/portability-policy.ts";
import { type FileTexts, lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { tableBelow } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("invariants");
const POLICY_PATH = "contracts/policy/portability-policy.yaml";

export const invariants: Validator = {
  id: "invariants",
  statement:
    "policy, program and normative page have the same invariants, and each has one file that says that it enforces it and a test that names it",
  run: (facts) => {
    const text = facts.files.text(POLICY_PATH);
    if (text === undefined) return [finding("there is no portability policy", { file: POLICY_PATH, line: 1 })];
    const parsed = parsePortabilityPolicy(text);
    if (parsed.kind === "faults") return parsed.faults.map((fault) => finding(fault, { file: POLICY_PATH, line: 1 }));
    const { policy } = parsed;
    const homes = enforcingFiles(facts.files);
    return [
      ...programFaults(policy),
      ...pageFaults(policy, facts),
      ...policy.invariants.flatMap((invariant, index) => [
        ...twiceFaults(policy, index, text),
        ...homeFaults(invariant, homes, text),
        ...testFaults(invariant, facts.files, text),
      ]),
    ];
  },
};

const placeOf = (text: string, id: string) => ({ file: POLICY_PATH, line: lineOf(text, `- id: ${id}\n`) ?? 1 });

/** The program was made from this very policy. */
function programFaults(policy: PortabilityPolicy): readonly Finding[] {
  if (JSON.stringify(policy) === JSON.stringify(PORTABILITY_POLICY)) return [];
  return [
    finding("the program was made from another policy: run `npm run generate` and `npm run build`", {
      file: POLICY_PATH,
      line: 1,
    }),
  ];
}

function pageFaults({ invariants: declared }: PortabilityPolicy, { files }: ComplianceFacts): readonly Finding[] {
  const page = files.text(NORMATIVE_PAGE) ?? "";
  const rows = tableBelow(page, "Invariants").map(({ cells, line }) => ({ id: (cells[0] ?? "").replaceAll("`", ""), line }));
  const heading = { file: NORMATIVE_PAGE, line: lineOf(page, "## Invariants") ?? 1 };
  if (rows.length === 0) return [finding("there is no table of invariants", heading)];
  return [
    ...declared
      .filter(({ id }) => !rows.some((row) => row.id === id))
      .map(({ id }) => finding(`\`${id}\` is in the policy and not on the normative page`, heading)),
    ...rows
      .filter((row) => !declared.some(({ id }) => id === row.id))
      .map(({ id, line }) =>
        finding(`\`${id}\` is on the normative page and not in the policy`, { file: NORMATIVE_PAGE, line }),
      ),
  ];
}

function twiceFaults({ invariants: declared }: PortabilityPolicy, index: number, text: string): readonly Finding[] {
  const id = declared[index]?.id ?? "";
  return declared.findIndex((other) => other.id === id) === index
    ? []
    : [finding(`\`${id}\` is there twice`, placeOf(text, id))];
}

/** Which files say that they enforce what: `Enforces` and ids in backticks. */
function enforcingFiles(files: FileTexts): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, string[]>();
  for (const path of files.under("src/")) {
    for (const [, ids = ""] of (files.text(path) ?? "").matchAll(/\bEnforces ((?:`[a-z-]+`(?:, )?)+)/g))
      for (const [, id = ""] of ids.matchAll(/`([a-z-]+)`/g)) homes.set(id, [...(homes.get(id) ?? []), path]);
  }
  return homes;
}

function homeFaults(
  { id, enforced_in: home }: DeclaredInvariant,
  homes: ReadonlyMap<string, readonly string[]>,
  text: string,
): readonly Finding[] {
  const found = homes.get(id) ?? [];
  if (found.length === 1 && found[0] === home) return [];
  if (!found.includes(home)) return [finding(`\`${home}\` does not say that it enforces \`${id}\``, placeOf(text, id))];
  return [finding(`\`${id}\` has more than one enforcement home: ${found.join(", ")}`, placeOf(text, id))];
}

const testFaults = ({ id, shown_by }: DeclaredInvariant, files: FileTexts, text: string): readonly Finding[] =>
  shown_by
    .filter((path) => !new RegExp(`(?<![a-z-])${id}(?![a-z-])`).test(files.text(path) ?? ""))
    .map((path) => finding(`\`${path}\` does not name \`${id}\``, placeOf(text, id)));

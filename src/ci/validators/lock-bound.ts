import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("lock-bound");
const GATE = "src/ops/materialize-project.ts";
const BUILDER = /\bfrom "(\.[^"]*container\/build\/\w+-builder\.ts)"/;

export const lockBound: Validator = {
  id: "lock-bound",
  statement: "no command reaches a builder but with a project that was materialized from a fresh lock",
  run: (facts) => [
    ...gateFaults(facts),
    ...facts.files.under("src/").flatMap((file) => reachFaults(file, facts.files.text(file) ?? "")),
  ],
};

/** What makes a `Materialized` asks the lock first. */
function gateFaults({ files }: ComplianceFacts): readonly Finding[] {
  const text = files.text(GATE) ?? "";
  return text.includes("await freshLock(") ? [] : [finding("it does not hold the project to a fresh lock", { file: GATE })];
}

function reachFaults(file: string, text: string): readonly Finding[] {
  const builder = BUILDER.exec(text)?.[0];
  if (builder === undefined || /^src\/(?:container|runtime)\//.test(file)) return [];
  const place = { file, line: lineOf(text, builder) };
  if (!file.startsWith("src/ops/")) return [finding("only the use cases may reach a builder", place)];
  if (/\bMaterialized\b/.test(text) && text.includes('from "./materialize-project.ts"')) return [];
  return [finding("it reaches a builder with something else than a `Materialized`", place)];
}

import { nearestWord } from "../../core/nearest-word.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { factsOf, type Derivation, type Fact } from "./derivation.ts";
import { explain, type Explanation } from "./explain.ts";
import type { SourceConflict } from "./sources.ts";

/** No choice of versions meets all requirements, and why. */
export interface NoSolution extends Explanation {
  readonly kind: "no-solution";
  readonly code: ErrorCode;
  readonly tree: Derivation;
  /** What to run or write; ends every explanation. */
  readonly hint: string;
}

/** A change of one requirement that was tried and makes the rest fit. */
export interface Remedy {
  readonly member: string;
  /** The workspace has others, so the command must name this one. */
  readonly isNamed: boolean;
  readonly name: string;
  readonly scope: "normal" | "dev" | "skill";
  /** The version that it leads to. */
  readonly version: string;
}

export interface FailureContext {
  readonly remedy: Remedy | undefined;
  /** Names of packages that are known, for "did you mean". */
  readonly names: readonly string[];
}

export function noSolution(tree: Derivation, context: FailureContext): NoSolution {
  const facts = factsOf(tree).map((leaf) => leaf.fact);
  return { kind: "no-solution", code: codeOf(facts), tree, ...explain(tree), hint: hintOf(facts, context) };
}

/**
 * The failure as the error that commands end with: its message is the explanation, a line for a step.
 * Codes: NO_SOLUTION, PACKAGE_UNKNOWN, DEPENDENCY_KIND, DEPENDENCY_UNSUPPORTED, SOURCE_CONFLICT.
 */
export function resolutionError(failure: NoSolution | SourceConflict): VoxError {
  if (failure.kind === "no-solution") {
    return new VoxError(failure.code, [failure.title, ...failure.lines.map((line) => `  ${line}`)].join("\n"), {
      hint: failure.hint,
    });
  }
  const demands = failure.demands.map(({ by, source }) => `\`${by}\` takes it from ${source}`).join(", ");
  return new VoxError("SOURCE_CONFLICT", `\`${failure.name}\` is asked for from two sources: ${demands}`, {
    hint: `add a [patch.${failure.name}] table to the root's Vox.toml that says which source everybody is to use`,
  });
}

/** A special code only where one fault is the whole story: a chain of requirements that ends in it, and no clash of two. */
function codeOf(facts: readonly Fact[]): ErrorCode {
  const [unknown] = facts.filter(isUnknown);
  const kinds = facts.filter((fact) => fact.kind === "undependable" || fact.kind === "not-a-skill");
  const asked = facts.filter((fact) => fact.kind === "requires" && fact.isTargetKnown).map((fact) => fact.target);
  if (new Set(asked).size !== asked.length) return "NO_SOLUTION";
  if (unknown && kinds.length === 0)
    return unknown.requirement?.source.kind === "git" ? "DEPENDENCY_UNSUPPORTED" : "PACKAGE_UNKNOWN";
  return kinds.length > 0 && !unknown ? "DEPENDENCY_KIND" : "NO_SOLUTION";
}

const isUnknown = (fact: Fact): boolean => fact.kind === "requires" && fact.isTargetKnown === false;

function hintOf(facts: readonly Fact[], context: FailureContext): string {
  const unknown = facts.find(isUnknown);
  const precise = facts.find((fact) => fact.kind === "pinned" && fact.how === "precise");
  const patch = facts.find((fact) => fact.kind === "pinned" && fact.how === "patch");
  if (precise) return `run \`vox update ${precise.target}\` without \`--precise\``;
  if (context.remedy) return `run \`${addCommand(context.remedy)}\`, which can be had with all the rest`;
  const feature = facts.find((fact) => fact.kind === "lacks-feature");
  const misplaced = facts.find((fact) => fact.kind === "not-a-skill");
  if (unknown?.target !== undefined) return unknownHint(unknown, unknown.target, context.names);
  if (patch) return `change or remove [patch.${patch.target}] in Vox.toml`;
  if (misplaced) return `move \`${misplaced.target}\` from [skills] to [dependencies] in Vox.toml`;
  if (feature) return `correct the features that are asked of \`${feature.target}\`, or ask for a version that has them`;
  const own = facts.find((fact) => fact.member !== undefined && fact.target !== undefined);
  return own ? `run \`vox remove ${own.target}\`, or ask for less of it` : "run `vox update`";
}

function unknownHint(fact: Fact, name: string, names: readonly string[]): string {
  const source = fact.requirement?.source.kind;
  if (source === "path" || source === "git") return `check the \`${source}\` of \`${name}\` in Vox.toml`;
  const near = nearestWord(
    name,
    names.filter((candidate) => candidate !== name),
  );
  return near === undefined
    ? `check the name of \`${name}\` where it is asked for, and that its registry is the one that has it`
    : `did you mean \`${near}\`? Correct the name where it is asked for`;
}

function addCommand(remedy: Remedy): string {
  const scope = { normal: "", dev: " --dev", skill: " --skill" }[remedy.scope];
  return `vox add${remedy.isNamed ? ` --package ${remedy.member}` : ""}${scope} ${remedy.name}@^${remedy.version}`;
}

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

/** A release that is passed over for its age and that would make the rest fit. */
export interface AwaitedRelease {
  readonly name: string;
  readonly version: string;
  readonly registry: string;
  /** When it is old enough, RFC 3339; absent when it never says so. */
  readonly from?: string;
}

export interface FailureContext {
  readonly remedy: Remedy | undefined;
  /** None when age is not the reason. */
  readonly awaited: readonly AwaitedRelease[];
  /** The member to add to, where there are several. */
  readonly member: string | undefined;
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
  if (context.awaited.length > 0) return awaitedHint(facts, context);
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

/** Waiting helps, and so does asking for exactly that release. */
function awaitedHint(facts: readonly Fact[], { awaited, member }: FailureContext): string {
  const named = awaited.map(({ name, version }) => `\`${name}\` ${version}`).join(" and ");
  const wishes = new Map<string, string[]>();
  for (const { name, version, registry } of awaited) {
    const own = facts.find((fact) => fact.member !== undefined && fact.target === name);
    const from = registry === "default" ? "" : ` --registry ${registry}`;
    const scope = SCOPE_OPTION[own?.requirement?.scope ?? "normal"];
    const add = `vox add${packageOption(own?.member ?? member, member !== undefined)}${scope}${from}`;
    wishes.set(add, [...(wishes.get(add) ?? []), `${name}@=${version}`]);
  }
  const command = `run \`${[...wishes].map(([add, names]) => [add, ...names].join(" ")).join(" && ")}\``;
  const times = awaited.flatMap(({ from }) => from ?? []).sort();
  const verb = awaited.length === 1 ? "is" : "are";
  if (times.length < awaited.length)
    return `no time of publishing proves how old ${named} ${verb}; to take it all the same, ${command}`;
  return `${named} ${verb} old enough from ${times.at(-1)} on; to take ${awaited.length === 1 ? "it" : "them"} now, ${command}`;
}

const packageOption = (member: string | undefined, isNamed: boolean): string =>
  isNamed && member !== undefined ? ` --package ${member}` : "";

const SCOPE_OPTION = { normal: "", dev: " --dev", skill: " --skill" } as const;

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

const addCommand = ({ member, isNamed, scope, name, version }: Remedy): string =>
  `vox add${packageOption(member, isNamed)}${SCOPE_OPTION[scope]} ${name}@^${version}`;

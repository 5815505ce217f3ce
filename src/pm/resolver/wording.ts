import type { Requirement } from "../manifest/requirement.ts";
import { isFeature, SKILL_FLAG, type Flag } from "./features.ts";
import type { Asker, ExternalCause, Incompatibility } from "./incompatibility.ts";
import type { BasePackage, PackageTable } from "./package-table.ts";
import { rangeOf } from "./targets.ts";
import type { Term } from "./term.ts";
import { areEqual, contains, difference, intersection, isSubset, positionsOf, type VersionSet } from "./version-set.ts";

const EVERY = "every version of ";

/** Puts the solver's incompatibilities into words, with the ranges that people wrote wherever one fits. */
export class Wording {
  readonly #table: PackageTable;

  constructor(table: PackageTable) {
    this.#table = table;
  }

  /** What an incompatibility says, as a clause that can follow "because". */
  statement(incompat: Incompatibility): string {
    return incompat.cause.kind === "derived" ? this.#conclusion(incompat.terms) : this.#fact(incompat.cause);
  }

  #fact(cause: ExternalCause): string {
    switch (cause.kind) {
      case "requires":
        return `${this.#asker(cause.by)} ${this.#wish(cause.by, cause.requirement, this.#table.base(cause.target))}`;
      case "asks-feature":
        return `${this.#asker(cause.by)} ${verb(cause.by)} ${featureText(cause.feature)} of \`${cause.requirement.name}\``;
      case "asks-skill":
        return `${this.#asker(cause.by)} ${verb(cause.by)} \`${cause.requirement.name}\` as a skill`;
      case "implies":
        return `${this.#asker(cause.by)} switches on ${flagText(cause.feature)}`;
      case "lacks-feature":
        return this.#lack(withoutFlag(cause.by, cause.feature), cause.feature);
      case "undependable":
        return `${this.#asker(cause.by)} is ${withArticle(cause.packageKind)}, which nothing can depend on`;
      case "not-a-skill":
        return `${this.#asker(withoutFlag(cause.by, undefined))} is ${withArticle(cause.packageKind)} and not a skill`;
      case "pinned":
        return this.#pin(cause.how, cause.range, this.#table.base(cause.target));
    }
  }

  #lack(by: Asker, feature: string): string {
    const subject = this.#asker(by);
    return subject.startsWith(EVERY)
      ? `no ${subject.slice("every ".length)} has feature \`${feature}\``
      : `${subject} has no feature \`${feature}\``;
  }

  #pin(how: "precise" | "patch", range: string, base: BasePackage): string {
    const wish =
      how === "precise"
        ? `\`--precise\` asks for \`${base.name}\` ${rangeText(range)}`
        : `[patch.${base.name}] asks for \`${base.name}\` ${rangeText(range)}`;
    return base.versions.match(range).length === 0 ? `${wish}, ${this.#absence(base, range)}` : wish;
  }

  #wish(by: Asker, requirement: Requirement, target: BasePackage): string {
    const range = rangeOf(requirement);
    const asked = `${by.kind === "member" ? "asks for" : "depends on"} \`${requirement.name}\`${range === undefined ? "" : ` ${rangeText(range)}`}${SCOPE_TEXT[requirement.scope]}`;
    const set = range === undefined ? target.versions.all : target.versions.match(range);
    if (set.length === 0) return `${asked}, ${this.#absence(target, range)}`;
    return `${asked}${range === undefined ? "" : this.#remark(target, range, set)}`;
  }

  /** What must be known of a range that admits something: that it names a yanked version, or which versions their age keeps out. */
  #remark({ versions }: BasePackage, range: string, set: VersionSet): string {
    if (intersection(set, versions.yanked).length > 0) return " (yanked)";
    const passed = [...positionsOf(difference(versions.matchWithheldToo(range), set))].filter((at) => versions.young.has(at));
    const [highest] = passed.slice(-1);
    if (highest === undefined) return "";
    const more = passed.length === 1 ? "" : ` and ${passed.length - 1} more`;
    return ` (${versions.textAt(highest)}${more} passed over as younger than \`min-release-age\`)`;
  }

  /** Why nothing matches, as a relative clause. */
  #absence(target: BasePackage, range: string | undefined): string {
    const { origin, versions, name } = target;
    if (origin.kind === "missing")
      return origin.asked === "path" ? "which is no folder of the project" : "which was not fetched";
    if (origin.kind === "local") return `but the project's own \`${name}\` is ${origin.local.version}`;
    if (!target.isKnown) return `which registry \`${origin.registry}\` does not have`;
    const withheld = range === undefined ? [] : [...positionsOf(versions.matchWithheldToo(range))];
    if (withheld.length > 0) return `of which every version that matches is ${reasonWithheld(versions, withheld)}`;
    if (versions.versions.every((version) => version.prerelease.length > 0)) return "of which there are only pre-releases";
    return `which no version of \`${name}\` matches (the newest is ${versions.textAt(versions.versions.length - 1)})`;
  }

  #asker(by: Asker): string {
    if (by.kind === "member") return `\`${by.name}\``;
    return withFlags(this.#versions(this.#table.base(by.package), by.set), by.flags);
  }

  /** What follows for a set of terms that cannot all hold. */
  #conclusion(terms: readonly Term[]): string {
    const holds = this.#phrases(terms.filter((term) => term.positive));
    const needed = this.#phrases(terms.filter((term) => !term.positive));
    const [only] = holds;
    if (holds.length === 0 && needed.length === 0) return "the requirements cannot all be met";
    if (needed.length === 0) return exclusion(holds);
    if (holds.length === 0) return `${listOf(needed, "or")} is needed`;
    return holds.length === 1 && only !== undefined
      ? `${only} needs ${listOf(needed, "or")}`
      : `${listOf(holds)} together need ${listOf(needed, "or")}`;
  }

  /** A package and its flags are told as one. */
  #phrases(terms: readonly Term[]): string[] {
    const flags = new Map<number, Flag[]>();
    const bases = new Map<number, VersionSet>();
    for (const term of terms) {
      const item = this.#table.get(term.package);
      if (item.kind === "base") bases.set(item.id, term.set);
      else flags.set(item.base.id, [...(flags.get(item.base.id) ?? []), item.flag]);
    }
    return [...new Set([...bases.keys(), ...flags.keys()])].map((id) => {
      const base = this.#table.base(id);
      const set = bases.get(id);
      const own = flags.get(id) ?? [];
      return set === undefined ? flagsAlone(base.name, own) : withFlags(this.#versions(base, set), own);
    });
  }

  /** `a` ^1, `a` 1.2.0 to 1.4.0, every version of `a`. */
  #versions(base: BasePackage, set: VersionSet): string {
    if (base.origin.kind !== "registry") return `\`${base.name}\``;
    const eligible = this.#table.eligible(base);
    const relevant = intersection(set, eligible);
    const named = [...this.#table.rangesOf(base)].filter(([, matching]) =>
      areEqual(intersection(matching, eligible), relevant),
    );
    const [range] = named.map(([text]) => text).sort((left, right) => left.length - right.length || (left < right ? -1 : 1));
    if (isSubset(base.versions.all, set) || range === "*") return `${EVERY}\`${base.name}\``;
    return `\`${base.name}\` ${range === undefined ? this.#spans(base, relevant) : rangeText(range)}`;
  }

  /** Runs of versions; versions that nobody asks for do not break a run. */
  #spans(base: BasePackage, set: VersionSet): string {
    const eligible = [...positionsOf(this.#table.eligible(base))];
    const runs: number[][] = [];
    let isOpen = false;
    for (const position of eligible) {
      const isIn = contains(set, position);
      if (isIn && isOpen) runs.at(-1)?.push(position);
      else if (isIn) runs.push([position]);
      isOpen = isIn;
    }
    return runs.map((run) => this.#run(base, run)).join(" or ");
  }

  #run(base: BasePackage, run: readonly number[]): string {
    const [first = 0] = run;
    const last = run.at(-1) ?? first;
    if (run.length === 1) return base.versions.textAt(first);
    return `${base.versions.textAt(first)} ${run.length === 2 ? "or" : "to"} ${base.versions.textAt(last)}`;
  }
}

function reasonWithheld({ young }: BasePackage["versions"], withheld: readonly number[]): string {
  const isYoung = withheld.filter((position) => young.has(position)).length;
  if (isYoung === 0) return "yanked";
  return `${isYoung < withheld.length ? "yanked or " : ""}younger than \`min-release-age\``;
}

/** That one thing cannot be used, or that things cannot be used together. */
function exclusion([first = "", second, ...others]: readonly string[]): string {
  if (second !== undefined)
    return others.length > 0 ? `${listOf([first, second, ...others])} exclude each other` : `${first} excludes ${second}`;
  return first.startsWith(EVERY) ? `no ${first.slice("every ".length)} can be used` : `${first} cannot be used`;
}

const SCOPE_TEXT = { normal: "", dev: " (dev)", skill: " (skill)" } as const;

/** A range as people write it: `>=1, <3`, `^1 || ^2`. */
const rangeText = (range: string): string => range.replaceAll(",", ", ").replaceAll("||", " || ");

function withFlags(subject: string, flags: readonly Flag[]): string {
  const others = flags.filter((flag) => flag !== SKILL_FLAG).map(flagText);
  return `${subject}${others.length > 0 ? ` with ${listOf(others)}` : ""}${others.length < flags.length ? " as a skill" : ""}`;
}

function flagsAlone(name: string, flags: readonly Flag[]): string {
  const others = flags.filter((flag) => flag !== SKILL_FLAG).map(flagText);
  const subject = others.length > 0 ? `${listOf(others)} of \`${name}\`` : `\`${name}\``;
  return others.length < flags.length ? `${subject} as a skill` : subject;
}

const flagText = (flag: Flag): string =>
  isFeature(flag) ? featureText(flag) : `its optional \`${flag.slice("dep:".length)}\``;

const featureText = (feature: string): string => `feature \`${feature}\``;

const verb = (by: Asker): string => (by.kind === "member" ? "asks for" : "needs");

/** A version lacks a feature whether or not that is switched on. */
function withoutFlag(by: Asker, feature: string | undefined): Asker {
  return by.kind === "member" ? by : { ...by, flags: by.flags.filter((flag) => feature !== undefined && flag !== feature) };
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

function listOf(items: readonly string[], word = "and"): string {
  return items.length <= 1 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

import semver from "semver";
import type { Requirement } from "../../../../src/pm/manifest/requirement.ts";
import type { Release } from "../../../../src/pm/resolver/request.ts";
import type { World } from "./world.ts";

/** A clause holds when one of its literals does: `n` for variable n being true, `-n` for its being false. */
type Clause = readonly number[];

/**
 * Whether a world has a solution, by translation to propositional logic and the search of Davis, Putnam, Logemann and Loveland.
 * A variable for each version and for each switch of a name; the least set of true variables is the resolution.
 */
export function isSatisfiable(world: World): boolean {
  return dpll(new Encoding(world).clauses);
}

class Encoding {
  readonly clauses: Clause[] = [];
  readonly #variables = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const local of world.request.locals) {
      for (const requirement of local.requirements) this.#wish([], requirement);
      for (const item of Object.values(local.features).flat()) this.#otherItem([], local, item, () => 0);
    }
    for (const { release } of world.releases) this.#release(release);
    const names = new Set(world.releases.map((item) => item.release.name));
    for (const name of names)
      this.#atMostOne(world.releases.filter((item) => item.release.name === name).map((item) => this.#version(item.release)));
  }

  #variable(key: string): number {
    const known = this.#variables.get(key) ?? this.#variables.size + 1;
    this.#variables.set(key, known);
    return known;
  }

  #version(release: Release): number {
    return this.#variable(`version ${release.name} ${release.version}`);
  }

  #switch(name: string, feature: string): number {
    return this.#variable(`switch ${name} ${feature}`);
  }

  #atMostOne(variables: readonly number[]): void {
    variables.forEach((left, index) => variables.slice(index + 1).forEach((right) => this.clauses.push([-left, -right])));
  }

  /** If all of `when` hold, the requirement is granted. */
  #wish(when: readonly number[], requirement: Requirement): void {
    const granting = this.#world.releases
      .filter((item) => this.#grants(requirement, item.release, item.yanked))
      .map((item) => this.#version(item.release));
    const not = when.map((variable) => -variable);
    this.clauses.push([...not, ...granting]);
    for (const feature of [...requirement.features, ...(requirement.defaultFeatures ? ["default"] : [])]) {
      this.clauses.push([...not, this.#switch(requirement.name, feature)]);
    }
    if (requirement.scope === "skill") this.clauses.push([...not, this.#switch(requirement.name, "is skill")]);
  }

  #grants(requirement: Requirement, release: Release, isYanked: boolean): boolean {
    if (requirement.name !== release.name || requirement.source.kind !== "registry") return false;
    const exact = `=${release.version}`;
    const own = this.#world.request.locals.flatMap((local) => local.requirements);
    const isNamed = [requirement, ...own].some(
      ({ name, source }) => name === release.name && source.kind === "registry" && source.range === exact,
    );
    return (!isYanked || isNamed) && semver.satisfies(release.version, requirement.source.range.replaceAll(",", " "));
  }

  #release(release: Release): void {
    const self = this.#version(release);
    if (release.kind !== "skill") this.clauses.push([-self, -this.#switch(release.name, "is skill")]);
    for (const requirement of release.requirements) {
      this.#wish(requirement.optional ? [self, this.#switch(release.name, `dep:${requirement.name}`)] : [self], requirement);
    }
    const optional = release.requirements
      .filter((requirement) => requirement.optional)
      .map((requirement) => String(requirement.name));
    const hidden = new Set(
      Object.values(release.features)
        .flat()
        .filter((item) => item.startsWith("dep:")),
    );
    const implicit = optional.filter((name) => !hidden.has(`dep:${name}`) && release.features[name] === undefined);
    for (const [feature, items] of Object.entries(release.features)) {
      for (const item of items) this.#item([self, this.#switch(release.name, feature)], release, item, implicit);
    }
    for (const name of implicit)
      this.clauses.push([-self, -this.#switch(release.name, name), this.#switch(release.name, `dep:${name}`)]);
    const known = new Set(["default", ...Object.keys(release.features), ...implicit]);
    for (const feature of ["fast", "tls", ...optional]) {
      if (!known.has(feature)) this.clauses.push([-self, -this.#switch(release.name, feature)]);
    }
  }

  #item(when: readonly number[], release: Release, item: string, implicit: readonly string[]): void {
    const not = when.map((variable) => -variable);
    const [left = ""] = item.split("/");
    if (item.startsWith("dep:") || !item.includes("/")) this.clauses.push([...not, this.#switch(release.name, item)]);
    else this.#otherItem(when, release, item, (name) => this.#switch(release.name, `dep:${name}`));
    if (!item.includes("/") || left.endsWith("?")) return;
    const isOptional = release.requirements.some((requirement) => requirement.optional && requirement.name === left);
    if (isOptional) this.clauses.push([...not, this.#switch(release.name, `dep:${left}`)]);
    if (isOptional && (implicit.includes(left) || release.features[left]))
      this.clauses.push([...not, this.#switch(release.name, left)]);
  }

  /** `name/feature`, or `name?/feature` if the dependency is on. */
  #otherItem(when: readonly number[], release: Release, item: string, dependencyOf: (name: string) => number): void {
    const [left = "", asked] = item.split("/");
    const name = left.replace("?", "");
    const own = release.requirements.find((requirement) => requirement.name === name);
    if (asked === undefined || own === undefined) return;
    const dependency = own.optional && left.endsWith("?") ? dependencyOf(name) : 0;
    const not = [...when, ...(dependency === 0 ? [] : [dependency])].map((variable) => -variable);
    this.clauses.push([...not, this.#switch(name, asked)]);
  }
}

function dpll(clauses: readonly Clause[]): boolean {
  const unit = clauses.find((clause) => clause.length === 1)?.[0];
  if (unit !== undefined) return assign(clauses, unit);
  const [first] = clauses;
  if (first === undefined) return true;
  const literal = first.find((candidate) => candidate < 0) ?? first[0];
  return literal !== undefined && (assign(clauses, literal) || assign(clauses, -literal));
}

function assign(clauses: readonly Clause[], literal: number): boolean {
  const rest: Clause[] = [];
  for (const clause of clauses) {
    if (clause.includes(literal)) continue;
    const shorter = clause.includes(-literal) ? clause.filter((other) => other !== -literal) : clause;
    if (shorter.length === 0) return false;
    rest.push(shorter);
  }
  return dpll(rest);
}

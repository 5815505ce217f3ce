import semver from "semver";
import type { Requirement } from "../../../../src/pm/manifest/requirement.ts";
import type { Release } from "../../../../src/pm/resolver/request.ts";
import type { World } from "./world.ts";

/**
 * What a resolution must satisfy, said once more and plainly: given a version for each name, walk from the members and see
 * whether every wish that is met on the way is granted. It shares no code with the resolver.
 */
export function isValid(world: World, chosen: ReadonlyMap<string, string>): boolean {
  return walk(world, chosen) !== undefined;
}

/** The names that the walk reaches, or `undefined` when a wish is not granted. */
export function walk(world: World, chosen: ReadonlyMap<string, string>): ReadonlySet<string> | undefined {
  const active = new Map<string, Set<string>>();
  const releases = new Map<string, Release>();
  const todo: (() => boolean)[] = [];
  const find = (requirement: Requirement): Release | undefined => {
    const version = chosen.get(requirement.name);
    const listed = world.releases.find((item) => item.release.name === requirement.name && item.release.version === version);
    if (listed === undefined || requirement.source.kind !== "registry") return undefined;
    const isExact = /^=\d+\.\d+\.\d+/.test(requirement.source.range);
    if (listed.yanked && !isExact && !asksExactly(world, requirement.name, listed.release.version)) return undefined;
    const isIn = semver.satisfies(listed.release.version, requirement.source.range.replaceAll(",", " "));
    return isIn && (requirement.scope !== "skill" || listed.release.kind === "skill") ? listed.release : undefined;
  };
  const enter = (requirement: Requirement): boolean => {
    const release = find(requirement);
    if (release === undefined) return false;
    if (!active.has(release.name)) {
      active.set(release.name, new Set());
      releases.set(release.name, release);
      for (const own of release.requirements) if (!own.optional) todo.push(() => enter(own));
    }
    for (const feature of requirement.features) todo.push(() => turnOn(release, feature));
    if (requirement.defaultFeatures) todo.push(() => turnOn(release, "default"));
    return true;
  };
  const turnOn = (release: Release, feature: string): boolean => {
    const on = active.get(release.name);
    if (on === undefined || on.has(feature)) return on !== undefined;
    on.add(feature);
    const optional = release.requirements.find((own) => own.optional && own.name === feature);
    const isHidden = Object.values(release.features).some((items) => items.includes(`dep:${feature}`));
    const items = release.features[feature] ?? (optional && !isHidden ? [`dep:${feature}`] : undefined);
    if (items === undefined) return feature === "default";
    for (const item of items) todo.push(() => turnOnItem(release, item));
    return true;
  };
  const dependency = (release: Release, name: string): boolean => {
    const own = release.requirements.find((requirement) => requirement.name === name);
    const on = active.get(release.name);
    if (own === undefined || !own.optional || on?.has(`dep:${name}`) === true) return true;
    on?.add(`dep:${name}`);
    return enter(own);
  };
  const turnOnItem = (release: Release, item: string): boolean => {
    if (item.startsWith("dep:")) return dependency(release, item.slice(4));
    const [left = "", asked] = item.split("/");
    if (asked === undefined) return turnOn(release, left);
    const isWeak = left.endsWith("?");
    const name = isWeak ? left.slice(0, -1) : left;
    const own = release.requirements.find((requirement) => requirement.name === name);
    if (own === undefined) return true;
    if (own.optional && isWeak) {
      weak.push({ release, name, asked });
      return true;
    }
    const hasOwnFeature =
      release.features[name] !== undefined || !Object.values(release.features).some((items) => items.includes(`dep:${name}`));
    if (own.optional && hasOwnFeature) todo.push(() => turnOn(release, name));
    todo.push(() => turnOnOther(own, asked));
    return dependency(release, name);
  };
  const turnOnOther = (own: Requirement, asked: string): boolean => {
    const release = find(own);
    return release !== undefined && enterAnyway(release) && turnOn(release, asked);
  };
  const enterAnyway = (release: Release): boolean => active.has(release.name);
  const weak: { readonly release: Release; readonly name: string; readonly asked: string }[] = [];
  for (const member of world.request.locals) {
    for (const requirement of member.requirements) todo.push(() => enter(requirement));
    for (const item of Object.values(member.features).flat()) {
      const [left = "", asked] = item.split("/");
      const own = member.requirements.find((requirement) => requirement.name === left.replace("?", ""));
      if (asked !== undefined && own !== undefined) todo.push(() => turnOnOther(own, asked));
    }
  }
  while (todo.length > 0) {
    for (let next = todo.shift(); next; next = todo.shift()) if (!next()) return undefined;
    for (const { release, name, asked } of weak) {
      if (active.get(release.name)?.has(`dep:${name}`) !== true) continue;
      const other = releases.get(name);
      if (other === undefined) return undefined;
      if (active.get(name)?.has(asked) !== true) todo.push(() => turnOn(other, asked));
    }
  }
  return new Set(releases.keys());
}

const asksExactly = (world: World, name: string, version: string): boolean =>
  world.request.locals.some((local) =>
    local.requirements.some((own) => own.name === name && own.source.kind === "registry" && own.source.range === `=${version}`),
  );

/** Whether any choice of versions is valid, by trying them all. */
export function bruteForce(world: World): boolean {
  const names = [...new Set(world.releases.map((item) => String(item.release.name)))];
  const versions = names.map((name) =>
    world.releases.filter((item) => item.release.name === name).map((item) => item.release.version),
  );
  const chosen = new Map<string, string>();
  const tryFrom = (index: number): boolean => {
    const name = names[index];
    if (name === undefined) return isValid(world, chosen);
    return (versions[index] ?? []).some((version) => {
      chosen.set(name, version);
      return tryFrom(index + 1);
    });
  };
  return tryFrom(0);
}

import { packageNameKey, type PackageName } from "../../core/package-name.ts";
import type { Requirement, RequirementSource } from "../manifest/requirement.ts";
import { incompatibility, type Incompatibility } from "./incompatibility.ts";
import type { Asking, Knowledge } from "./knowledge.ts";
import { baseKey, type BasePackage, type PackageOrigin, type PackageTable } from "./package-table.ts";
import type { ResolveRequest } from "./request.ts";
import type { DecidedSources } from "./sources.ts";
import { positiveTerm } from "./term.ts";
import { exactVersionOf, RangeCache, VersionList } from "./version-list.ts";
import { contains, difference, highest, type VersionSet } from "./version-set.ts";

/** The registry that a published package's own dependencies come from; a folder's requirements say it themselves. */
export type AskerRegistry = string | undefined;

interface Pin {
  readonly how: "precise" | "patch";
  readonly range: string;
}

/** Leads requirements to packages: which origin a name has, which versions are there, which of them a requirement admits. */
export class Targets {
  readonly #request: ResolveRequest;
  readonly #decided: DecidedSources;
  readonly #knowledge: Knowledge;
  readonly #table: PackageTable;
  readonly #cache = new RangeCache();
  readonly #preferred: ReadonlyMap<string, string>;
  readonly #pins: ReadonlyMap<string, readonly Pin[]>;
  readonly #permitted: ReadonlyMap<string, ReadonlySet<string>>;
  #born: Incompatibility[] = [];

  constructor(request: ResolveRequest, decided: DecidedSources, knowledge: Knowledge, table: PackageTable) {
    this.#request = request;
    this.#decided = decided;
    this.#knowledge = knowledge;
    this.#table = table;
    this.#preferred = keptVersions(request);
    this.#pins = pinsOf(request);
    this.#permitted = permittedVersions(request, this.#preferred);
  }

  /** The package that a requirement is about, its versions loaded. */
  *find(requirement: Requirement, askerRegistry: AskerRegistry): Asking<BasePackage> {
    const origin = this.#originOf(requirement, askerRegistry);
    return this.#table.findBase(baseKey(requirement.name, origin)) ?? (yield* this.#load(requirement.name, origin));
  }

  /** The same, when it is loaded already. */
  findLoaded(requirement: Requirement, askerRegistry: AskerRegistry): BasePackage | undefined {
    return this.#table.findBase(baseKey(requirement.name, this.#originOf(requirement, askerRegistry)));
  }

  /** Says that the versions of a requirement's package will be wanted. */
  expect(requirement: Requirement, askerRegistry: AskerRegistry): void {
    const origin = this.#originOf(requirement, askerRegistry);
    if (origin.kind !== "registry" || this.#table.findBase(baseKey(requirement.name, origin))) return;
    this.#knowledge.expect({ kind: "versions", registry: origin.registry, name: requirement.name });
  }

  /** The versions of its package that a requirement admits. */
  admitted(requirement: Requirement, target: BasePackage): VersionSet {
    const range = rangeOf(requirement);
    const set = range === undefined ? difference(target.versions.all, target.versions.withheld) : target.versions.match(range);
    this.#table.noteRange(target, range ?? "*", set);
    return set;
  }

  /** The locked version where it fits, else the highest. */
  pick(base: BasePackage, set: VersionSet): number | undefined {
    const locked = this.#preferred.get(packageNameKey(base.name));
    const position = locked === undefined ? undefined : base.versions.positionOf(locked);
    if (position !== undefined && contains(set, position)) return position;
    return highest(set);
  }

  /** What pins say of packages that were loaded since this was last asked. */
  takeBorn(): readonly Incompatibility[] {
    const born = this.#born;
    this.#born = [];
    return born;
  }

  #originOf(requirement: Requirement, askerRegistry: AskerRegistry): PackageOrigin {
    const decided = this.#decided.get(packageNameKey(requirement.name));
    if (decided) return this.#originFrom(requirement.name, decided);
    if (askerRegistry !== undefined) return { kind: "registry", registry: askerRegistry };
    return this.#originFrom(requirement.name, requirement.source);
  }

  #originFrom(name: PackageName, source: RequirementSource): PackageOrigin {
    if (source.kind === "registry") return { kind: "registry", registry: source.registry };
    const key = packageNameKey(name);
    const local = this.#request.locals.find((item) => packageNameKey(item.name) === key && item.source.kind === source.kind);
    return local ? { kind: "local", local } : { kind: "missing", asked: source.kind };
  }

  *#load(name: PackageName, origin: PackageOrigin): Asking<BasePackage> {
    const listed = origin.kind === "registry" ? yield* this.#knowledge.versions(origin.registry, name) : localVersions(origin);
    const permitted = this.#permitted.get(packageNameKey(name)) ?? new Set();
    const free = this.#request.anyAge;
    const anyAge = free === "all" || free?.has(packageNameKey(name)) === true;
    const versions = new VersionList(listed ?? [], { permitted, anyAge }, this.#cache);
    const base = this.#table.addBase(baseKey(name, origin), { name, origin, isKnown: listed !== undefined, versions });
    if (origin.kind === "registry") {
      for (const pin of this.#pins.get(packageNameKey(name)) ?? []) this.#bear(base, pin);
    }
    return base;
  }

  #bear(base: BasePackage, pin: Pin): void {
    const set = base.versions.match(pin.range);
    this.#table.noteRange(base, pin.range, set);
    const excluded = difference(base.versions.all, set);
    if (excluded.length > 0)
      this.#born.push(incompatibility([positiveTerm(base.id, excluded)], { kind: "pinned", target: base.id, ...pin }));
  }
}

export const rangeOf = (requirement: Requirement): string | undefined =>
  requirement.source.kind === "registry" ? requirement.source.range : undefined;

const localVersions = (origin: PackageOrigin): { readonly version: string; readonly yanked: boolean }[] | undefined =>
  origin.kind === "local" ? [{ version: origin.local.version, yanked: false }] : undefined;

function keptVersions(request: ResolveRequest): ReadonlyMap<string, string> {
  const { unlocked } = request;
  if (unlocked === "all") return new Map();
  const released = new Set([...(unlocked ?? [])].map(packageNameKey));
  const kept = [...(request.preferred ?? [])].map(([name, version]) => [packageNameKey(name), version] as const);
  return new Map(kept.filter(([key]) => !released.has(key)));
}

function pinsOf(request: ResolveRequest): ReadonlyMap<string, readonly Pin[]> {
  const pins = new Map<string, Pin[]>();
  const add = (name: PackageName, pin: Pin): unknown =>
    pins.set(packageNameKey(name), [...(pins.get(packageNameKey(name)) ?? []), pin]);
  for (const patch of request.patches ?? []) {
    const range = rangeOf(patch.requirement);
    if (range !== undefined) add(patch.name, { how: "patch", range });
  }
  for (const [name, version] of request.precise ?? []) add(name, { how: "precise", range: `=${version}` });
  return pins;
}

/** Versions that may be chosen although yanked or young: locked ones, and those that the project itself asks for exactly. */
function permittedVersions(
  request: ResolveRequest,
  kept: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const permitted = new Map<string, Set<string>>();
  const permit = (key: string, version: string | undefined): void => {
    if (version !== undefined) permitted.set(key, (permitted.get(key) ?? new Set()).add(version));
  };
  const own = request.locals.flatMap((local) => local.requirements);
  for (const [key, version] of kept) permit(key, version);
  for (const [name, version] of request.precise ?? []) permit(packageNameKey(name), version);
  for (const requirement of [...own, ...(request.patches ?? []).map((patch) => patch.requirement)]) {
    permit(packageNameKey(requirement.name), exactVersionOf(rangeOf(requirement) ?? ""));
  }
  return permitted;
}

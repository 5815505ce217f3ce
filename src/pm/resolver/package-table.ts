import { packageNameKey, type PackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { Flag } from "./features.ts";
import type { LocalPackage } from "./request.ts";
import type { VersionList } from "./version-list.ts";
import { EMPTY_SET, intersection, singletonSet, union, type VersionSet } from "./version-set.ts";

/** Where the versions of a name come from, once it is decided. */
export type PackageOrigin =
  | { readonly kind: "registry"; readonly registry: string }
  | { readonly kind: "local"; readonly local: LocalPackage }
  /** A path or git requirement that leads to no folder which the request holds. */
  | { readonly kind: "missing"; readonly asked: "path" | "git" };

/** A package that has versions: one name from one origin. */
export interface BasePackage {
  readonly kind: "base";
  readonly id: number;
  readonly name: PackageName;
  readonly origin: PackageOrigin;
  /** False when the registry has no such name. */
  readonly isKnown: boolean;
  readonly versions: VersionList;
}

/** A flag of a base package: chosen or not, always in its one "version". */
export interface FlagPackage {
  readonly kind: "flag";
  readonly id: number;
  readonly base: BasePackage;
  readonly flag: Flag;
}

export type SolverPackage = BasePackage | FlagPackage;

/** The one "version" of a flag. */
export const FLAG_SET: VersionSet = singletonSet(0);

/** Numbers the solver's packages in the order in which they are met, and remembers which ranges were asked of each. */
export class PackageTable {
  readonly #packages: SolverPackage[] = [];
  readonly #bases = new Map<string, BasePackage>();
  readonly #flags = new Map<number, Map<Flag, FlagPackage>>();
  readonly #ranges = new Map<number, Map<string, VersionSet>>();

  findBase(key: string): BasePackage | undefined {
    return this.#bases.get(key);
  }

  addBase(key: string, base: Omit<BasePackage, "kind" | "id">): BasePackage {
    const added: BasePackage = { kind: "base", id: this.#packages.length, ...base };
    this.#packages.push(added);
    this.#bases.set(key, added);
    return added;
  }

  findFlag(base: BasePackage, flag: Flag): FlagPackage | undefined {
    return this.#flags.get(base.id)?.get(flag);
  }

  addFlag(base: BasePackage, flag: Flag): FlagPackage {
    const added: FlagPackage = { kind: "flag", id: this.#packages.length, base, flag };
    this.#packages.push(added);
    const flags = this.#flags.get(base.id) ?? new Map<Flag, FlagPackage>();
    this.#flags.set(base.id, flags.set(flag, added));
    return added;
  }

  flagsOf(base: BasePackage): Iterable<Flag> {
    return this.#flags.get(base.id)?.keys() ?? [];
  }

  get(id: number): SolverPackage {
    const found = this.#packages[id];
    if (found === undefined) throw new VoxError("INTERNAL", `the solver has no package ${id}`);
    return found;
  }

  base(id: number): BasePackage {
    const found = this.get(id);
    return found.kind === "flag" ? found.base : found;
  }

  bases(): Iterable<BasePackage> {
    return this.#bases.values();
  }

  noteRange(base: BasePackage, range: string, set: VersionSet): void {
    const ranges = this.#ranges.get(base.id) ?? new Map<string, VersionSet>();
    this.#ranges.set(base.id, ranges.set(range, set));
  }

  /** Ranges that somebody asked of a package, with what they match. */
  rangesOf(base: BasePackage): ReadonlyMap<string, VersionSet> {
    return this.#ranges.get(base.id) ?? new Map<string, VersionSet>();
  }

  /** The versions that any requirement met so far could choose; all, where one has no range. */
  eligible(base: BasePackage): VersionSet {
    const asked = [...this.rangesOf(base).values()].reduce<VersionSet>(union, EMPTY_SET);
    return intersection(asked, base.versions.all);
  }
}

/** What tells one base package from another: the name's key and where it comes from. */
export const baseKey = (name: PackageName, origin: PackageOrigin): string =>
  `${packageNameKey(name)}\n${origin.kind === "registry" ? `registry ${origin.registry}` : origin.kind}`;

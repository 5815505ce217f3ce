import semver from "semver";
import { packageNameKey } from "../../core/package-name.ts";
import { semverRangeText } from "../manifest/requirement.ts";
import type { LockedPackage, Lockfile } from "./lockfile.ts";
import { parseRequiresLine } from "./requires-line.ts";

/** Who asks for a package in a lock, and for what. */
interface Ask {
  readonly by: string;
  /** Absent where the source is a folder or a repository. */
  readonly range?: string;
}

/** Says in a phrase why an entry of a lock came, went or changed, as far as two locks can tell. */
export class DiffReasons {
  readonly #after: Lockfile;
  #asks: ReadonlyMap<string, readonly Ask[]> | undefined;

  constructor(after: Lockfile) {
    this.#after = after;
  }

  added({ name }: LockedPackage): string {
    const asks = this.#asksOf(name);
    return asks.length === 0 ? "it is reached" : listOf(asks);
  }

  /** Whoever excludes the old version is the reason; where nobody does, it was not kept. */
  changed(before: LockedPackage, { name, source }: LockedPackage): string {
    if (source.kind !== before.source.kind) return listOf(this.#asksOf(name));
    const excluding = this.#asksOf(name).filter(
      ({ range }) => range !== undefined && !semver.satisfies(before.version ?? "", semverRangeText(range)),
    );
    return excluding.length > 0 ? listOf(excluding) : "it was not to be kept, and another one fits";
  }

  /** Most locks do not change: nothing is read before something is asked. */
  #asksOf(name: string): readonly Ask[] {
    this.#asks ??= asksIn(this.#after);
    return this.#asks.get(packageNameKey(name)) ?? [];
  }
}

/** All active requirements by the name's key: every one of a project, and of a package those that it has an edge for. */
function asksIn({ projects, packages }: Lockfile): ReadonlyMap<string, readonly Ask[]> {
  const asks = new Map<string, Ask[]>();
  const note = (by: string, lines: readonly string[], isActive: (key: string) => boolean): void => {
    for (const { name, source } of lines.map(parseRequiresLine)) {
      const key = packageNameKey(name);
      if (!isActive(key)) continue;
      const ask = { by, ...(source.kind === "registry" && { range: source.range }) };
      asks.set(key, [...(asks.get(key) ?? []), ask]);
    }
  };
  for (const { name, requires } of projects) note(name, requires, () => true);
  for (const { name, requires, dependencies, devDependencies } of packages) {
    const active = new Set([...dependencies, ...devDependencies].map(packageNameKey));
    note(name, requires, (asked) => active.has(asked));
  }
  return asks;
}

const listOf = (asks: readonly Ask[]): string =>
  [...new Set(asks.map(({ by, range }) => `${by} requires ${range ?? "it"}`))].join(", ");

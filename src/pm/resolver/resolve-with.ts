import type { PackageName } from "../../core/package-name.ts";
import { packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { lookupKey, type Lookup, type Release, type ResolveAnswer, type ResolveRequest } from "./request.ts";
import { resolve, type ResolveOutcome } from "./resolve.ts";
import { RangeCache, VersionList, type ListedVersion } from "./version-list.ts";

/** Where releases are read from: the registries of a project, or their cached metadata. */
export interface ReleaseSource {
  /** All versions of a package in any order; `undefined`, or none, when the registry has no such package. */
  versions(registry: string, name: PackageName): Promise<readonly ListedVersion[] | undefined>;
  /** One listed version; `undefined` when it is gone. */
  release(registry: string, name: PackageName, version: string): Promise<Release | undefined>;
}

/** The same, when everything is at hand. */
export interface ReleaseTable {
  versions(registry: string, name: PackageName): readonly ListedVersion[] | undefined;
  release(registry: string, name: PackageName, version: string): Release | undefined;
}

/**
 * Resolves with a source that takes time. Each look-up is made once; what is likely to be wanted is looked up ahead of time,
 * as far as dependencies lead, so that a registry's latency is paid by level of the graph and not by package.
 * The outcome does not depend on what was looked up ahead, nor does a failure of such a look-up matter unless it is wanted.
 * @throws {VoxError} CONTENT_MISSING when a listed version is gone, and what the source throws
 */
export async function resolveWith(request: ResolveRequest, source: ReleaseSource): Promise<ResolveOutcome> {
  const ahead = new LookAhead(request, source);
  const run = resolve(request);
  let step = run.next();
  while (step.done !== true) {
    const { lookup, soon } = step.value;
    const wanted = ahead.answer(lookup);
    for (const later of soon) ahead.start(later);
    step = run.next(await wanted);
  }
  return step.value;
}

/**
 * Resolves with everything at hand.
 * @throws {VoxError} CONTENT_MISSING
 */
export function resolveSync(request: ResolveRequest, table: ReleaseTable): ResolveOutcome {
  const run = resolve(request);
  let step = run.next();
  while (step.done !== true) {
    const { lookup } = step.value;
    step = run.next(
      lookup.kind === "versions"
        ? versionsAnswer(table.versions(lookup.registry, lookup.name))
        : releaseAnswer(lookup, table.release(lookup.registry, lookup.name, lookup.version)),
    );
  }
  return step.value;
}

/** Look-ups that were begun, whoever wanted them first. */
class LookAhead {
  readonly #source: ReleaseSource;
  readonly #preferred: ReadonlyMap<string, string>;
  readonly #ranges = new RangeCache();
  readonly #lists = new Map<readonly ListedVersion[], VersionList>();
  readonly #begun = new Map<string, Promise<ResolveAnswer>>();

  constructor(request: ResolveRequest, source: ReleaseSource) {
    this.#source = source;
    this.#preferred = new Map([...(request.preferred ?? [])].map(([name, version]) => [packageNameKey(name), version]));
  }

  answer(lookup: Lookup): Promise<ResolveAnswer> {
    const key = lookupKey(lookup);
    const begun = this.#begun.get(key);
    if (begun) return begun;
    const answer = this.#look(lookup);
    this.#begun.set(key, answer);
    return answer;
  }

  /** Begins a look-up that may turn out not to be wanted: its failure is told only to who wants it. */
  start(lookup: Lookup): void {
    const follow = async (): Promise<void> => {
      const answer = await this.answer(lookup);
      if (lookup.kind === "release" && answer.kind === "release") this.#followAll(lookup, answer.release);
    };
    if (!this.#begun.has(lookupKey(lookup))) follow().catch(() => undefined);
  }

  #followAll(from: Lookup, release: Release): void {
    for (const { name, source, scope, optional } of release.requirements) {
      if (source.kind !== "registry" || scope === "dev" || optional) continue;
      this.#follow(from.registry, name, source.range).catch(() => undefined);
    }
  }

  /** Looks up the version that a requirement would choose if nothing else had a say. */
  async #follow(registry: string, name: PackageName, range: string): Promise<void> {
    const answer = await this.answer({ kind: "versions", registry, name });
    if (answer.kind !== "versions" || answer.versions === undefined) return;
    const list = this.#listOf(answer.versions);
    const set = list.match(range);
    const locked = list.positionOf(this.#preferred.get(packageNameKey(name)) ?? "");
    const position = locked ?? (set.at(-1) ?? 0) - 1;
    if (position >= 0) this.start({ kind: "release", registry, name, version: list.textAt(position) });
  }

  #listOf(listed: readonly ListedVersion[]): VersionList {
    const known = this.#lists.get(listed);
    if (known) return known;
    const list = new VersionList(listed, { permitted: NONE_PERMITTED }, this.#ranges);
    this.#lists.set(listed, list);
    return list;
  }

  async #look(lookup: Lookup): Promise<ResolveAnswer> {
    if (lookup.kind === "versions") return versionsAnswer(await this.#source.versions(lookup.registry, lookup.name));
    return releaseAnswer(lookup, await this.#source.release(lookup.registry, lookup.name, lookup.version));
  }
}

const NONE_PERMITTED: ReadonlySet<string> = new Set();

const versionsAnswer = (versions: readonly ListedVersion[] | undefined): ResolveAnswer => ({
  kind: "versions",
  versions: versions?.length === 0 ? undefined : versions,
});

function releaseAnswer(lookup: Lookup & { readonly kind: "release" }, release: Release | undefined): ResolveAnswer {
  if (release) return { kind: "release", release };
  throw new VoxError(
    "CONTENT_MISSING",
    `registry \`${lookup.registry}\` lists \`${lookup.name}\` ${lookup.version} and no longer has it`,
  );
}

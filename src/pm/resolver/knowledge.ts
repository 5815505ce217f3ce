import type { PackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { lookupKey, type Lookup, type Release, type ResolveAnswer, type ResolveQuery } from "./request.ts";
import type { ListedVersion } from "./version-list.ts";

/** A computation that may ask on its way: the resolver's only hole. */
export type Asking<T> = Generator<ResolveQuery, T, ResolveAnswer>;

/** What has been asked and answered, so that nothing is asked twice in one resolution. */
export class Knowledge {
  readonly #answers = new Map<string, ResolveAnswer>();
  #soon = new Map<string, Lookup>();

  /** Says that a look-up is likely to be made soon; the next query tells it. */
  expect(lookup: Lookup): void {
    const key = lookupKey(lookup);
    if (!this.#answers.has(key)) this.#soon.set(key, lookup);
  }

  *versions(registry: string, name: PackageName): Asking<readonly ListedVersion[] | undefined> {
    const answer = yield* this.#ask({ kind: "versions", registry, name });
    if (answer.kind !== "versions") throw mismatch();
    return answer.versions;
  }

  *release(registry: string, name: PackageName, version: string): Asking<Release> {
    const answer = yield* this.#ask({ kind: "release", registry, name, version });
    if (answer.kind !== "release") throw mismatch();
    return answer.release;
  }

  *#ask(lookup: Lookup): Asking<ResolveAnswer> {
    const key = lookupKey(lookup);
    const known = this.#answers.get(key);
    if (known) return known;
    this.#soon.delete(key);
    const soon = [...this.#soon.values()];
    this.#soon = new Map();
    const answer = yield { lookup, soon };
    this.#answers.set(key, answer);
    return answer;
  }
}

const mismatch = (): VoxError => new VoxError("INTERNAL", "a query of the resolver was answered with something else");

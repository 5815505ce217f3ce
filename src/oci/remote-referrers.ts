import type { Digest } from "../core/digest.ts";
import type { ReferrerOptions, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { readContent } from "./read-content.ts";
import { attachByTag, type NewReferrers, referrersByTag, type TaggedReferrers } from "./referrers-by-tag.ts";
import { bySubject, listedReferrers, referrerOf, referrerTag, requireReferrer } from "./referrers.ts";

/** The repository, as far as listing referrers needs it. */
export interface ReferrersPlace extends TaggedReferrers {
  /** What the API lists; `undefined` without it. */
  listed(subject: Digest, options: ReferrerOptions): Promise<readonly Descriptor[] | undefined>;
  /** Whether the repository was seen to exist: one that does not has no list anywhere. */
  isThere(): boolean;
  /** Puts a manifest by its digest. */
  put(descriptor: Descriptor, bytes: Uint8Array, options: TransferOptions): Promise<void>;
}

/** How a registry lists referrers, learnt as it is used: by its API, or else by the fallback tag, which clients keep (ADR 006). */
export class RemoteReferrers {
  readonly #place: ReferrersPlace;
  /** Manifests that the registry said to have listed under their subjects; some say so and have no list. */
  readonly #acknowledged = new Set<Digest>();
  /** Referrers that were put at their own tag. */
  readonly #ownTagged = new Set<Digest>();
  /** Subjects of which no list was there when it was asked for. */
  readonly #unlisted = new Set<Digest>();
  /** Not known before somebody asks. */
  #hasList: boolean | undefined;
  /** The first question under way: what comes with it waits for what it teaches. */
  #first: Promise<unknown> | undefined;

  constructor(place: ReferrersPlace) {
    this.#place = place;
  }

  /** The registry answered that it listed a manifest. */
  acknowledge(digest: Digest): void {
    this.#acknowledged.add(digest);
  }

  /** Where a manifest is put: by its digest, and a referrer that nobody will list straight at the tag by which others find it. */
  targetOf(descriptor: Descriptor, bytes: Uint8Array): string {
    const referrer = this.#hasList === false ? referrerOf(descriptor, bytes) : undefined;
    if (!referrer) return descriptor.digest;
    this.#ownTagged.add(descriptor.digest);
    return referrerTag(referrer.subject, descriptor.digest);
  }

  async of(subject: Digest, options: ReferrerOptions): Promise<readonly Descriptor[]> {
    const listed = await this.#askUnlessKnown(subject, options);
    if (listed) return listedReferrers(listed, options.artifactType);
    const tagged = await referrersByTag(this.#place, subject, options);
    if (tagged.length === 0) this.#unlisted.add(subject);
    return listedReferrers(tagged, options.artifactType);
  }

  async attach(referrers: readonly Descriptor[], options: TransferOptions): Promise<void> {
    const read = referrers.map(async (descriptor) =>
      requireReferrer(descriptor, await readContent(this.#place, descriptor, options)),
    );
    const left: NewReferrers[] = [];
    for (const [subject, all] of bySubject(await Promise.all(read))) {
      const entries = await this.#unlistedOf(subject, all, options);
      const unlisted = this.#unlisted.delete(subject);
      if (entries.length > 0) left.push({ subject, entries, unlisted, tagged: this.#ownTagged });
    }
    if (left.length > 0) await attachByTag(this.#place, left, options);
  }

  /** Those that the registry does not list by itself. */
  async #unlistedOf(subject: Digest, entries: readonly Descriptor[], options: TransferOptions): Promise<readonly Descriptor[]> {
    const acknowledged = entries.filter(({ digest }) => this.#acknowledged.has(digest)).length;
    if (this.#hasList === true && acknowledged === entries.length) return [];
    if (this.#hasList === false && acknowledged === 0) return entries;
    const listed = await this.#ask(subject, options);
    if (!listed) return entries;
    const known = new Set(listed.map(({ digest }) => digest));
    const missing = entries.filter(({ digest }) => !known.has(digest));
    // What was there before the registry had the list is put once more, for it to be listed.
    for (const entry of missing) await this.#place.put(entry, await readContent(this.#place, entry, options), options);
    return missing.filter(({ digest }) => !this.#acknowledged.has(digest));
  }

  async #askUnlessKnown(subject: Digest, options: ReferrerOptions): Promise<readonly Descriptor[] | undefined> {
    if (this.#first) await this.#first.catch(() => undefined);
    if (this.#hasList === false) return undefined;
    const asked = this.#ask(subject, options);
    this.#first ??= asked;
    return asked;
  }

  async #ask(subject: Digest, options: ReferrerOptions): Promise<readonly Descriptor[] | undefined> {
    const listed = await this.#place.listed(subject, options);
    if (listed || this.#place.isThere()) this.#hasList = listed !== undefined;
    return listed;
  }
}

import { type AgeRule, youngRelease } from "../resolver/release-age.ts";

/** What a registry says of a locked version today: nothing of it is in the lock, since it changes. */
export interface VersionStanding {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
  readonly yanked: boolean;
  /** Why it was yanked, in the publisher's words. */
  readonly reason?: string;
  /** RFC 3339, by the publisher's word. */
  readonly created?: string;
}

interface FoundVersion {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
}

/** Something about a locked version that `vox lock` would not choose anew. */
export type LockFinding =
  | (FoundVersion & { readonly kind: "yanked"; readonly reason?: string })
  /** `from`: when it is old enough; absent when it does not say when it was published. */
  | (FoundVersion & { readonly kind: "young"; readonly from?: string });

/** Judges every locked version of a registry; `age` is absent where no age is asked for. */
export const judgeStandings = (standings: readonly VersionStanding[], age: AgeRule | undefined): readonly LockFinding[] =>
  standings.flatMap(({ registry, name, version, yanked, reason, created }): LockFinding[] => {
    const found = { registry, name, version };
    const young = age && youngRelease(created, age);
    return [
      ...(yanked ? [{ ...found, kind: "yanked" as const, ...(reason !== undefined && { reason }) }] : []),
      ...(young ? [{ ...found, kind: "young" as const, ...young }] : []),
    ];
  });

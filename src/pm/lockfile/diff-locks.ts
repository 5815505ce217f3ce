import type { LockedBaseImage } from "../../project/materialized-project.ts";
import { DiffReasons } from "./diff-reasons.ts";
import type { LockedPackage, Lockfile } from "./lockfile.ts";
import { formatSource } from "./render-lock.ts";

/** One entry of `vox lock --json`'s diff. */
export interface LockChange {
  readonly kind: "package" | "base-image";
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
  /** In a phrase: who asks for it, or that nobody does. */
  readonly why: string;
}

export interface LockDiff {
  readonly added: readonly LockChange[];
  readonly removed: readonly LockChange[];
  readonly changed: readonly LockChange[];
}

/** What a new lock adds, removes and changes; `from` and `to` are versions, sources or digests. */
export function diffLocks(before: Lockfile | undefined, after: Lockfile): LockDiff {
  const old = contentsOf(before);
  const now = contentsOf(after);
  const reasons = new DiffReasons(after);
  return {
    added: [...now.values()]
      .filter((entry) => !old.has(keyOf(entry)))
      .map((entry) => ({ kind: entry.kind, name: entry.name, to: entry.is, why: whyAdded(entry, reasons) })),
    removed: [...old.values()]
      .filter((entry) => !now.has(keyOf(entry)))
      .map(({ kind, name, is }) => ({ kind, name, from: is, why: "nothing asks for it any more" })),
    changed: [...now.values()].flatMap((entry) => {
      const was = old.get(keyOf(entry));
      if (!was || was.is === entry.is) return [];
      return [{ kind: entry.kind, name: entry.name, from: was.is, to: entry.is, why: whyChanged(was, entry, reasons) }];
    }),
  };
}

interface Entry {
  readonly kind: LockChange["kind"];
  readonly name: string;
  readonly is: string;
  /** Absent for a base image. */
  readonly locked?: LockedPackage;
}

const whyAdded = ({ locked }: Entry, reasons: DiffReasons): string =>
  locked ? reasons.added(locked) : "a [deploy] table names it";

const whyChanged = (was: Entry, { locked }: Entry, reasons: DiffReasons): string =>
  was.locked && locked ? reasons.changed(was.locked, locked) : "its tag names another image now";

const keyOf = (entry: Entry): string => `${entry.kind} ${entry.name}`;

const contentsOf = (lock: Lockfile | undefined): Map<string, Entry> =>
  new Map(
    [...(lock?.packages ?? []).map(packageEntry), ...(lock?.baseImages ?? []).map(baseEntry)].map((entry) => [
      keyOf(entry),
      entry,
    ]),
  );

const packageEntry = (locked: LockedPackage): Entry => ({ kind: "package", name: locked.name, is: identityOf(locked), locked });

const baseEntry = (image: LockedBaseImage): Entry => ({ kind: "base-image", name: image.reference, is: image.digest });

/** The version as people name it; another source says so beside it. */
function identityOf(locked: LockedPackage): string {
  const source = formatSource(locked.source);
  if (source === "registry+default") return locked.version ?? "";
  return locked.version === undefined ? source : `${locked.version} (${source})`;
}

import { createHash } from "node:crypto";
import { type IndexEntry, readIndexEntry } from "../../../contracts/index-entry.ts";
import { canonicalJson } from "../../../core/canonical-json.ts";
import type { PackageName } from "../../../core/package-name.ts";
import { compareUtf8 } from "../../../core/text-order.ts";
import semver from "semver";

/** Hex digits in order: shard `a` holds the names whose sha256 begins with `a` (contracts, §5 "Scale"). */
export const SHARD_DIGITS: readonly string[] = [..."0123456789abcdef"];

export const shardOf = (name: PackageName): string => createHash("sha256").update(name).digest("hex").slice(0, 1);

/** JSON lines by name and version; a shard without entries is one empty line, since some registries take no empty blob. */
export function formatShard(entries: readonly IndexEntry[]): string {
  const sorted = [...entries].sort((left, right) => compareUtf8(left.name, right.name) || compareVersions(left, right));
  return sorted.length === 0 ? "\n" : sorted.map((entry) => `${canonicalJson({ ...entry })}\n`).join("");
}

const compareVersions = (left: IndexEntry, right: IndexEntry): number => semver.compareBuild(left.version, right.version);

/** Lines of a shard by name; they are checked when an entry is asked for, since most are not. */
export class Shard {
  readonly #lines = new Map<string, unknown[]>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const value = line === "" ? undefined : jsonOf(line);
      const name = nameOf(value);
      if (name === undefined) continue;
      const known = this.#lines.get(name);
      if (known) known.push(value);
      else this.#lines.set(name, [value]);
    }
  }

  get names(): readonly string[] {
    return [...this.#lines.keys()];
  }

  /** What the shard has of a name; none also when nothing that it says can be understood. */
  entries(name: string): readonly IndexEntry[] {
    return (this.#lines.get(name) ?? []).flatMap((value) => readIndexEntry(value) ?? []);
  }
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("name" in value)) return undefined;
  return typeof value.name === "string" ? value.name : undefined;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line that is no JSON hints at nothing.
    return undefined;
  }
}

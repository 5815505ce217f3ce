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

/** A line of a shard at first sight; the entry that it holds is checked when it is asked for, since of most versions the list is all that matters. */
export class IndexLine {
  readonly version: string;
  readonly yanked: boolean;
  readonly #value: unknown;

  constructor(value: NamedLine) {
    this.version = value.version;
    this.yanked = value.yanked;
    this.#value = value;
  }

  /** `undefined` when the rest of the line is none. */
  readEntry(): IndexEntry | undefined {
    return readIndexEntry(this.#value);
  }
}

interface NamedLine {
  readonly name: string;
  readonly version: string;
  readonly yanked: boolean;
}

/** Lines of a shard by name. */
export class Shard {
  readonly #lines = new Map<string, IndexLine[]>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const value = line === "" ? undefined : jsonOf(line);
      if (!isNamed(value)) continue;
      const known = this.#lines.get(value.name);
      if (known) known.push(new IndexLine(value));
      else this.#lines.set(value.name, [new IndexLine(value)]);
    }
  }

  get names(): readonly string[] {
    return [...this.#lines.keys()];
  }

  /** What the shard lists of a name. */
  lines(name: string): readonly IndexLine[] {
    return this.#lines.get(name) ?? [];
  }

  /** What the shard has of a name; none also when nothing that it says can be understood. */
  entries(name: string): readonly IndexEntry[] {
    return this.lines(name).flatMap((line) => line.readEntry() ?? []);
  }
}

function isNamed(value: unknown): value is NamedLine {
  if (typeof value !== "object" || value === null) return false;
  if (!("name" in value && "version" in value && "yanked" in value)) return false;
  return typeof value.name === "string" && typeof value.version === "string" && typeof value.yanked === "boolean";
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line that is no JSON hints at nothing.
    return undefined;
  }
}

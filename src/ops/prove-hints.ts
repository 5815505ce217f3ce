import { canonicalJson, type JsonValue } from "../core/canonical-json.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { EventSink } from "../core/events.ts";
import type { ChosenPackage } from "../pm/lockfile/build-lock.ts";
import type { LockedArchives } from "../pm/lockfile/lockfile.ts";
import type { Release } from "../pm/registry/package-registry.ts";
import { wishLines } from "./prove-manifest.ts";
import type { RegistryReleases } from "./registry-releases.ts";

/**
 * How many entries of an index are proved by their tags as soon as they are chosen. More are locked as the index names them, by digest, and
 * are proved when they are fetched: 500 proofs would cost the requests that the index saves (docs/src/reference/registry-index.md).
 */
const PROVED_AT_ONCE = 8;

/**
 * Holds what was newly taken from an index against what the registries hold; false when an index lied, which is told.
 * @throws {VoxError} what reading the registry throws
 */
export async function proveHints(
  chosen: readonly ChosenPackage[],
  locked: readonly ChosenPackage[],
  releases: RegistryReleases,
  onEvent: EventSink,
): Promise<boolean> {
  const known = new Set(locked.map(claimOf));
  const hints = await hintsAmong(
    chosen.filter((entry) => !known.has(claimOf(entry))),
    releases,
  );
  if (hints.length > PROVED_AT_ONCE) return true;
  const verdicts = await mapConcurrent(hints, PROVED_AT_ONCE, ({ name, version, source }) =>
    releases.proved(source.registry, name, version),
  );
  const liar = hints.find((hint, index) => !isSame(hint, verdicts[index]));
  if (!liar) return true;
  const message = `the index of registry \`${liar.source.registry}\` says of \`${liar.name}@${liar.version}\` what the registry does not hold`;
  const hint = `run \`vox pm index --registry ${liar.source.registry}\``;
  onEvent({ kind: "warning", code: "INDEX_WRONG", message, hint });
  return false;
}

interface Hint extends ChosenPackage {
  readonly version: string;
  readonly source: Extract<ChosenPackage["source"], { readonly kind: "registry" }>;
  /** What the index says of the time of publishing. */
  readonly created: string | undefined;
}

async function hintsAmong(chosen: readonly ChosenPackage[], releases: RegistryReleases): Promise<readonly Hint[]> {
  const found = await Promise.all(
    chosen.map(async (entry) => {
      const { source, name, version } = entry;
      if (source.kind !== "registry" || version === undefined) return [];
      const hinted = await releases.hinted(source.registry, name, version);
      return hinted ? [{ ...entry, version, source, created: hinted.created }] : [];
    }),
  );
  return found.flat();
}

function isSame(hint: Hint, release: Release | undefined): boolean {
  if (!release || release.created !== hint.created) return false;
  const { name, version, archives } = release;
  const source = { kind: "registry", registry: hint.source.registry, archives } as const;
  return claimOf(hint) === claimOf({ name, version, source, ...wishLines(release) });
}

/** All that the lock will say of an entry, as one text. */
const claimOf = ({ name, version, source, requires, featureTable }: ChosenPackage): string =>
  canonicalJson([
    name,
    version ?? "",
    source.kind === "registry" ? [source.registry, archivesClaim(source.archives)] : source.kind,
    requires,
    featureTable,
  ]);

const archivesClaim = (archives: LockedArchives): JsonValue =>
  archives.kind === "neutral" ? { ...archives.archive } : archives.archives.map((archive) => ({ ...archive }));

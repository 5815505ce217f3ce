import { readArchiveManifest } from "../archive/read-archive-manifest.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { digestOf } from "../core/digest.ts";
import { readArchivedManifest } from "../pm/registry/archived-manifest.ts";
import type { ArchiveBlob, MaterializedPackage } from "../project/materialized-project.ts";
import type { CachePorts } from "./ports.ts";

const READS_AT_ONCE = 8;

type LicencePorts = Pick<CachePorts, "cache" | "facts">;

/**
 * The packages with the licence that each one's own `Vox.toml` names. It is read from the archive once; a digest has one licence, and so has a list.
 * @throws {VoxError} CONTENT_MISSING, ARCHIVE_INVALID
 */
export async function licensedPackages(
  packages: readonly MaterializedPackage[],
  ports: LicencePorts,
): Promise<readonly MaterializedPackage[]> {
  const digests = packages.flatMap((item) => blobsOf(item).map(({ digest }) => digest));
  const key = `licences:${digestOf(digests.join("\n"))}`;
  const known = listIn(await ports.facts.fact(key), packages.length);
  const licences = known ?? (await mapConcurrent(packages, READS_AT_ONCE, (item) => licenceOf(item, ports)));
  if (!known) await ports.facts.keepFact(key, JSON.stringify(licences));
  return packages.map((item, index) => {
    const license = licences[index];
    return license ? { ...item, license } : item;
  });
}

/** What was noted of as many packages; a note can be damaged. */
function listIn(fact: string | undefined, length: number): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(fact ?? "");
    return Array.isArray(list) && list.length === length && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

async function licenceOf(item: MaterializedPackage, { cache, facts }: LicencePorts): Promise<string> {
  const { name, version } = item;
  const blob = await archiveAtHand(item, cache);
  if (!blob) return "";
  const key = `licence:${blob.digest}`;
  const known = await facts.fact(key);
  if (known !== undefined) return known;
  const bytes = await readArchiveManifest(cache.fetch(blob), name, blob.mediaType);
  const { license = "" } = readArchivedManifest(bytes, `\`Vox.toml\` in the archive of \`${name}@${version}\``);
  await facts.keepFact(key, license);
  return license;
}

/** Archives for other platforms than were asked for are not fetched. */
async function archiveAtHand(item: MaterializedPackage, cache: LicencePorts["cache"]): Promise<ArchiveBlob | undefined> {
  const blobs = blobsOf(item);
  if (blobs.length > 1) for (const blob of blobs) if (await cache.exists(blob)) return blob;
  return blobs[0];
}

const blobsOf = ({ archive }: MaterializedPackage): readonly ArchiveBlob[] =>
  (archive.kind === "neutral" ? [archive.blob] : archive.blobs).map(({ digest, diffId, mediaType, size }): ArchiveBlob => ({
    digest,
    diffId,
    mediaType,
    size,
  }));

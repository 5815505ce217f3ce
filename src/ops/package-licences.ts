import { readArchiveManifest } from "../archive/read-archive-manifest.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { readArchivedManifest } from "../pm/registry/archived-manifest.ts";
import type { ArchiveBlob, MaterializedPackage } from "../project/materialized-project.ts";
import type { CachePorts } from "./ports.ts";

const READS_AT_ONCE = 8;

type LicencePorts = Pick<CachePorts, "cache" | "facts">;

/**
 * The packages with the licence that each one's own `Vox.toml` names. It is read from the archive once; a digest has one licence.
 * @throws {VoxError} CONTENT_MISSING, ARCHIVE_INVALID
 */
export const licensedPackages = (
  packages: readonly MaterializedPackage[],
  ports: LicencePorts,
): Promise<readonly MaterializedPackage[]> =>
  mapConcurrent(packages, READS_AT_ONCE, async (item) => {
    const blob = await archiveAtHand(item, ports);
    const license = blob && (await licenceOf(item, blob, ports));
    return license ? { ...item, license } : item;
  });

/** Archives for other platforms than were asked for are not fetched. */
async function archiveAtHand({ archive }: MaterializedPackage, { cache }: LicencePorts): Promise<ArchiveBlob | undefined> {
  const blobs = (archive.kind === "neutral" ? [archive.blob] : archive.blobs).map(
    ({ digest, diffId, mediaType, size }): ArchiveBlob => ({ digest, diffId, mediaType, size }),
  );
  for (const blob of blobs) if (await cache.exists(blob)) return blob;
  return blobs[0];
}

async function licenceOf(item: MaterializedPackage, blob: ArchiveBlob, { cache, facts }: LicencePorts): Promise<string> {
  const { name, version } = item;
  const key = `licence:${blob.digest}`;
  const known = await facts.fact(key);
  if (known !== undefined) return known;
  const bytes = await readArchiveManifest(cache.fetch(blob), name, blob.mediaType);
  const { license = "" } = readArchivedManifest(bytes, `\`Vox.toml\` in the archive of \`${name}@${version}\``);
  await facts.keepFact(key, license);
  return license;
}

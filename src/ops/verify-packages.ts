import { counted } from "../core/counted.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { fetchBlob } from "../pm/fetch/fetch-blobs.ts";
import { type FetchItem, fetchPlan } from "../pm/fetch/fetch-plan.ts";
import type { LockedArchives, LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { proveSameMetadata } from "../pm/registry/archived-manifest.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type Check, madeCheck } from "./check.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import { lockedGitArchive } from "./pack-git-package.ts";
import type { CachePorts, GitPorts, RunPorts } from "./ports.ts";
import { type ProvedArchive, readProvedArchive } from "./prove-archive.ts";
import { manifestProof } from "./prove-manifest.ts";

export interface PackageProofs {
  readonly project: OpenProject;
  readonly lock: Lockfile;
  readonly hold: LockHold;
}

type ProofPorts = Pick<CachePorts, "cache" | "layers"> & GitPorts & RunPorts;

/** What a lock says of one package, proved: its registry's documents, its archives, and what those say of themselves. */
export async function packageChecks(
  proofs: PackageProofs,
  locked: LockedPackage,
  ports: ProofPorts,
): Promise<readonly Check[]> {
  switch (locked.source.kind) {
    case "registry":
      return [
        ...(proofs.hold.offline ? [] : [await manifestCheck(proofs, locked, ports)]),
        ...(await archiveChecks(proofs, locked, ports)),
      ];
    case "git":
      return [await gitCheck(proofs, locked, ports)];
    case "path":
      return [];
  }
}

/** The registry still holds, under the version, what is locked, and its documents say one thing. */
function manifestCheck(
  { project }: PackageProofs,
  { name, version = "", source }: LockedPackage,
  { signal }: ProofPorts,
): Promise<Check> {
  return madeCheck(`${name} manifest`, signal, async () => {
    if (source.kind !== "registry") return "";
    const { registry, archives } = source;
    const repositoryFor = () => project.registries.reader(registry, name);
    const release = await new PackageRegistry({ name: registry, repositoryFor }).release(name, version, { signal });
    if (!release) throw new VoxError("CONTENT_MISSING", `registry \`${registry}\` has no \`${name}@${version}\``);
    if (canonicalJson(archiveLines(release.archives)) !== canonicalJson(archiveLines(archives)))
      throw new VoxError(
        "REGISTRY_CONTENT_CHANGED",
        `registry \`${registry}\` holds other content under \`${name}@${version}\` than the lock`,
      );
    return `registry \`${registry}\` holds \`${release.root.digest}\` as \`${name}@${version}\``;
  });
}

/** All that a lock says of archives, in one order. */
const archiveLines = (archives: LockedArchives) =>
  archives.kind === "neutral"
    ? [{ ...archives.archive }]
    : sortedByUtf8(archives.archives, ({ platform }) => platform).map((archive) => ({ ...archive }));

/** For each archive: the strict reader takes it, it is the locked one, and its own Vox.toml asks what the lock says. */
async function archiveChecks(
  { project, lock, hold }: PackageProofs,
  locked: LockedPackage,
  ports: ProofPorts,
): Promise<readonly Check[]> {
  const prove = manifestProof(lock);
  const checks: Check[] = [];
  for (const item of fetchPlan([locked]).items) {
    const { mediaType, digest, size, diffId } = item.archive;
    const suffix = item.platform === undefined ? "" : ` for ${item.platform}`;
    let read: ProvedArchive | undefined;
    checks.push(
      await madeCheck(`${item.name} archive${suffix}`, ports.signal, async () => {
        read = await readArchive(project, item, hold, ports);
        return `\`${digest}\` unpacks to \`${diffId}\`, ${counted(read.files.length, "file")}`;
      }),
    );
    if (!read) continue;
    const { manifest } = read;
    checks.push(
      await madeCheck(`${item.name} metadata${suffix}`, ports.signal, async () => {
        prove({ name: item.name, version: item.version, mediaType, digest, size, diffId }, manifest);
        if (!hold.offline) await proveRegistryMetadata(project, item, read, ports);
        return "its Vox.toml asks what the lock says";
      }),
    );
  }
  return checks;
}

async function readArchive(project: OpenProject, item: FetchItem, hold: LockHold, ports: ProofPorts): Promise<ProvedArchive> {
  if (!(await ports.cache.exists(item.archive))) {
    await fetchBlob(item, {
      cache: ports.cache,
      repositoryFor: (registry, name) => project.registries.reader(registry, name),
      carried: () => project.vendored.layout(),
      offline: hold.offline,
      signal: ports.signal,
      onEvent: ports.onEvent,
    });
  }
  return readProvedArchive(ports.cache, item);
}

async function proveRegistryMetadata(
  project: OpenProject,
  item: FetchItem,
  read: ProvedArchive | undefined,
  { signal }: ProofPorts,
): Promise<void> {
  const repositoryFor = () => project.registries.reader(item.registry, item.name);
  const release = await new PackageRegistry({ name: item.registry, repositoryFor }).release(item.name, item.version, {
    signal,
  });
  if (release && read) proveSameMetadata(release.metadata, read.manifest.metadata());
}

function gitCheck({ project, hold }: PackageProofs, locked: LockedPackage, ports: ProofPorts): Promise<Check> {
  const { name, version = "", source, requires, featureTable } = locked;
  return madeCheck(`${name} archive`, ports.signal, async () => {
    if (source.kind !== "git") return "";
    const wanted = { name, version, source, wishes: { requires, featureTable } };
    const blob = await lockedGitArchive(wanted, { offline: hold.offline, vendored: project.vendored }, ports);
    const read = await readProvedArchive(ports.cache, { name, version, archive: blob });
    return `commit \`${source.commit}\` packs to \`${source.diffId}\`, ${counted(read.files.length, "file")}`;
  });
}

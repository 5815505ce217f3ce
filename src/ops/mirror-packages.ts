import { anySignal } from "../core/any-signal.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { Gate } from "../core/gate.ts";
import type { PackageName } from "../core/package-name.ts";
import { addTransfers, NOTHING_TRANSFERRED, type TransferSummary } from "../oci/copy.ts";
import type { Access } from "../oci/token-scope.ts";
import { canonicalHost } from "../oci/reference.ts";
import { repositoryPath } from "../pm/registry/location.ts";
import { recordInIndex } from "./index-registry.ts";
import { type MirrorPlace, openSource, type PlaceOptions, writeTo } from "./mirror-places.ts";
import { allItems, lockedItems, type MirrorItem, namedItems, type NamedSelection } from "./mirror-selection.ts";
import { type MirrorEnds, mirrorVersion } from "./mirror-version.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, RegistryArchivePorts, RegistryPorts, RunPorts } from "./ports.ts";
import { DEFAULT_REGISTRY, ProjectRegistries } from "./project-registries.ts";
import { freshLock } from "./read-lock.ts";

/** Which packages are copied. */
export type MirrorSelection =
  { readonly kind: "lock" } | { readonly kind: "all" } | ({ readonly kind: "named" } & NamedSelection);

export interface MirrorOptions {
  /** Absent outside a project. */
  readonly project: OpenProject | undefined;
  /** Absolute; where the command stands. */
  readonly cwd: string;
  /** A registry, by name or location; each package's own for a lock, and else the default one, unless said. */
  readonly from: string | undefined;
  readonly to: string;
  readonly selection: MirrorSelection;
}

export interface MirroredPackage {
  readonly name: string;
  readonly version: string;
  readonly manifest: string;
  readonly copied: boolean;
  readonly referrers: number;
  readonly yanked: boolean;
}

/** The document of `pm mirror`. */
export interface MirrorResult {
  readonly to: string;
  readonly packages: readonly MirroredPackage[];
  readonly transfer: TransferSummary;
}

type MirrorPorts = RegistryPorts & RegistryArchivePorts & Pick<CachePorts, "cache"> & RunPorts;

const VERSIONS_AT_ONCE = 4;

/** How many names' news go to the index together. */
const NAMES_AT_ONCE = 32;

/**
 * Copies versions of packages to another registry, a folder or a file, digests unchanged and each proved before it is tagged there.
 * What is there already is passed over, so that an interrupted copy goes on when it is begun again.
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, PACKAGE_UNKNOWN, LOCATION_INVALID and as `mirrorVersion`
 */
export async function mirrorPackages(options: MirrorOptions, ports: MirrorPorts): Promise<MirrorResult> {
  const { project, cwd, from, to } = options;
  const known = project?.registries ?? new ProjectRegistries([], cwd, ports);
  const places: PlaceOptions = { cwd, known };
  await using named = from === undefined ? undefined : await openSource(from, places, ports);
  const source = named ?? { registries: known, registry: DEFAULT_REGISTRY };
  const items = await selectItems(options, source, ports.signal);
  // The lock's packages come from their own registries, unless another place is named.
  const placeOf = (item: MirrorItem): MirrorPlace => named ?? { registries: known, registry: item.registry };
  return await writeTo(to, places, ports, (target) => copyItems(items, placeOf, { to, target }, ports));
}

async function selectItems(
  { project, from, selection }: MirrorOptions,
  source: MirrorPlace,
  signal: AbortSignal,
): Promise<readonly MirrorItem[]> {
  switch (selection.kind) {
    case "all":
      return allItems(source, signal);
    case "named":
      return namedItems(source, selection, signal);
    case "lock": {
      if (!project) return [];
      const { lock } = await freshLock(project.files, project.desired);
      // Of a registry of the project only its own packages; another place is asked for all of them.
      return lockedItems(lock, from !== undefined && project.registries.has(from) ? from : undefined);
    }
  }
}

async function copyItems(
  items: readonly MirrorItem[],
  placeOf: (item: MirrorItem) => MirrorPlace,
  { to, target }: { readonly to: string; readonly target: MirrorPlace },
  ports: MirrorPorts,
): Promise<MirrorResult> {
  const index = new IndexNews(target, ports);
  const failure = new AbortController();
  const failing = { ...ports, signal: anySignal(ports.signal, failure.signal) };
  const copy = async (item: MirrorItem): Promise<CopiedItem> => {
    const { name, version } = item;
    const { root, transfer, ...made } = await mirrorVersion(item, endsOf(placeOf(item), target, name), failing);
    if (transfer.bytes > 0 || made.copied) await index.add(name);
    return { transfer, mirrored: { name, version, manifest: root.digest, ...made } };
  };
  // The first failure calls the rest off, and is told when nobody writes any more.
  const copied = await mapConcurrent(items, VERSIONS_AT_ONCE, async (item) => {
    if (failure.signal.aborted) return [];
    return copy(item).then(
      (made) => [made],
      (error: unknown) => (failure.abort(error), []),
    );
  });
  await index.tell();
  failure.signal.throwIfAborted();
  const transfer = copied.flat().reduce((sum, made) => addTransfers(sum, made.transfer), NOTHING_TRANSFERRED);
  return { to, packages: copied.flat().map(({ mirrored }) => mirrored), transfer };
}

/** Tells the target's index of names in batches: each time shards are read and written whole. */
class IndexNews {
  readonly #target: MirrorPlace;
  readonly #ports: RunPorts;
  readonly #gate = new Gate(1);
  #names = new Set<PackageName>();

  constructor(target: MirrorPlace, ports: RunPorts) {
    this.#target = target;
    this.#ports = ports;
  }

  async add(name: PackageName): Promise<void> {
    this.#names.add(name);
    if (this.#names.size >= NAMES_AT_ONCE) await this.tell();
  }

  /** What was copied before a failure is told too; nothing is after the command was stopped. */
  tell(): Promise<void> {
    return this.#gate.run(async () => {
      const names = [...this.#names];
      this.#names = new Set();
      const { registries, registry } = this.#target;
      if (names.length > 0 && !this.#ports.signal.aborted) await recordInIndex(registries, registry, names, this.#ports);
    });
  }
}

interface CopiedItem {
  readonly mirrored: MirroredPackage;
  readonly transfer: TransferSummary;
}

function endsOf(from: MirrorPlace, to: MirrorPlace, name: PackageName): MirrorEnds {
  const open = ({ registries, registry }: MirrorPlace, access: Access) => registries.repository(registry, name, access);
  return { source: open(from, "pull"), target: open(to, "push"), mountFrom: mountSource(from, to, name) };
}

/** Blobs are mounted where both ends are on one host. */
function mountSource(from: MirrorPlace, to: MirrorPlace, name: PackageName): readonly string[] {
  const [source, target] = [from, to].map(({ registries, registry }) => registries.location(registry));
  if (source?.kind !== "oci" || target?.kind !== "oci") return [];
  return canonicalHost(source.host) === canonicalHost(target.host) ? [repositoryPath(source.prefix, name)] : [];
}

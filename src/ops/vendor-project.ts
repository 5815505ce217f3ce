import { join } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import { addTransfers, type TransferSummary } from "../oci/copy.ts";
import { fetchBlobs } from "../pm/fetch/fetch-blobs.ts";
import { fetchPlan } from "../pm/fetch/fetch-plan.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, OutputPorts, RunPorts } from "./ports.ts";
import { archiveProof } from "./prove-archive.ts";
import { freshLock } from "./read-lock.ts";
import { requireSigners } from "./require-signers.ts";
import { vendorBaseImages, vendorGitPackages, vendorRegistryPackages, type VendoredPart } from "./vendor-parts.ts";
import { vendorSignatures } from "./vendor-signatures.ts";
import { VENDOR_MARK } from "./vendored.ts";

export interface VendorOptions {
  readonly hold: LockHold;
  /** A folder's name at the top of the project. */
  readonly dir: string;
  /** Whether locked base images go in, for all locked platforms. */
  readonly baseImages: boolean;
}

/** The document of `pm vendor`. */
export interface VendorResult {
  /** Absolute. */
  readonly out: string;
  /** How many packages lie in it. */
  readonly packages: number;
  readonly baseImages: number;
  /** Bytes of its blobs. */
  readonly bytes: number;
}

type VendorPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & OutputPorts & RunPorts;

/** Line endings and diffs are for texts: a checkout that changed a blob would lose it. */
const GIT_ATTRIBUTES = "* -text\nblobs/** -diff linguist-generated\n";

/**
 * Makes an image layout in the project of all that its lock names, in place of the one before (contracts, §8 `pm vendor`).
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, CANNOT_WRITE, OFFLINE_UNPROVABLE, and as fetching and proving
 */
export async function vendorProject(project: OpenProject, options: VendorOptions, ports: VendorPorts): Promise<VendorResult> {
  const { hold, dir } = options;
  const { lock } = await freshLock(project.files, project.desired);
  const out = await freeFolder(project, dir);
  const { signal, onEvent } = ports;
  await requireSigners(project, lock.packages, hold, ports);
  const plan = fetchPlan(lock.packages);
  await fetchBlobs(plan, {
    cache: ports.cache,
    repositoryFor: (registry, name) => project.registries.reader(registry, name),
    carried: () => project.vendored.layout(),
    offline: hold.offline,
    signal,
    onEvent,
  });
  const prove = archiveProof(lock, ports.cache);
  for (const item of plan.items) await prove(item);
  const { bytes } = await ports.replaceLayout(out, async (layout, folder) => {
    const parts: VendoredPart[] = [
      ...(await vendorRegistryPackages(project, lock, layout, hold, ports)),
      ...(await vendorGitPackages(project, lock, layout, hold, ports)),
      ...(options.baseImages ? await vendorBaseImages(project, lock, layout, hold, ports) : []),
    ];
    const signatures = await vendorSignatures(project, lock, layout, hold, ports);
    const entries = parts.map(({ entry }) => entry);
    await folder.addFile(".gitattributes", GIT_ATTRIBUTES);
    await layout.inventory(entries, { [VENDOR_MARK]: "1" });
    return parts.map(({ transfer }) => transfer).reduce<TransferSummary>(addTransfers, signatures);
  });
  const packages = lock.packages.filter(({ source }) => source.kind !== "path").length;
  return { out, packages, baseImages: options.baseImages ? lock.baseImages.length : 0, bytes };
}

/** Nothing but what was vendored before is replaced, and a project has one such folder. */
async function freeFolder({ vendored, files, rootDir }: OpenProject, dir: string): Promise<string> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(dir))
    throw new VoxError("USAGE", `\`${dir}\` is not the name of a folder at the top of the project`, {
      hint: "run `vox pm vendor`, or name one as `--dir third-party`",
    });
  const out = join(rootDir, dir);
  const before = await vendored.folder();
  if (before === out) return out;
  if (before !== undefined)
    throw new VoxError("CANNOT_WRITE", `the project has its vendored content in \`${before}\` already`, {
      hint: `remove that folder, or leave \`--dir ${dir}\` out`,
    });
  if ((await files.readText(`${dir}/index.json`)) === undefined) return out;
  throw new VoxError("CANNOT_WRITE", `\`${out}\` holds an image layout that was not vendored`, {
    hint: "name another folder with `--dir NAME`",
  });
}

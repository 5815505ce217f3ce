import { counted } from "../core/counted.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ReadFile } from "../archive/read-package-archive.ts";
import { closureOf } from "../pm/lockfile/closure.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { type ModuleFile, moduleDifferences } from "../pm/materialize/module-differences.ts";
import { archiveFor, closurePackages } from "./closure-packages.ts";
import { type Check, madeCheck } from "./check.ts";
import { memberDir } from "./open-project.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { readProvedArchive } from "./prove-archive.ts";
import type { PackageProofs } from "./verify-packages.ts";

type ModulePorts = FolderPorts & CachePorts & GitPorts & Pick<ImagePorts, "hostPlatform"> & RunPorts;

const NAMED_DIFFERENCES = 5;

/** Every file of a member's `.vox_modules` is one of its closure's archives, and none is missing; nothing to check where there is none. */
export async function modulesCheck(
  proofs: PackageProofs,
  member: WorkspaceMember,
  ports: ModulePorts,
): Promise<readonly Check[]> {
  const id = member.path === "." ? ".vox_modules" : `${member.path}/.vox_modules`;
  let absent = false;
  const check = await madeCheck(id, ports.signal, async () => {
    const found = ports.moduleFiles(memberDir(proofs.project, member));
    if (!found) return ((absent = true), "");
    const names = new Set(found.map(({ path }) => path.slice(0, path.indexOf("/"))));
    const expected = await closureFiles(proofs, member, names, ports);
    const differences = moduleDifferences(expected, found);
    if (differences.length === 0) return `${counted(found.length, "file")}, as the lock says`;
    const more = differences.length - NAMED_DIFFERENCES;
    const named = `${differences.slice(0, NAMED_DIFFERENCES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    throw new VoxError("CONTENT_MISMATCH", named);
  });
  return absent ? [] : [check];
}

/** `vox sync --prod` leaves dev-dependencies out: where none of them lies there, that is what was meant. */
async function closureFiles(
  { project, lock, hold }: PackageProofs,
  member: WorkspaceMember,
  present: ReadonlySet<string>,
  ports: ModulePorts,
): Promise<readonly ModuleFile[]> {
  const all = closureOf(lock, member.path, { dev: true });
  const production = closureOf(lock, member.path, { dev: false });
  const kept = new Set<string>(production.packages.map(({ name }) => name));
  const isProduction = all.packages.every(({ name }) => kept.has(name) || !present.has(name));
  const closure = isProduction ? production : all;
  const packages = await closurePackages(project, closure.packages, hold, ports);
  const files: ModuleFile[] = [];
  for (const item of packages) {
    const archive = archiveFor(item, ports.hostPlatform);
    const read = await readProvedArchive(ports.cache, {
      name: item.name,
      version: item.version,
      platform: ports.hostPlatform,
      archive,
    });
    files.push(...read.files.map((file) => moduleFile(item.name, file)));
  }
  return files;
}

const moduleFile = (name: string, { path, executable, digest }: ReadFile): ModuleFile => ({
  path: `${name}/${path}`,
  executable,
  digest,
});

import { EPOCH } from "../container/plan/image-plan.ts";
import type { JsonValue } from "../core/canonical-json.ts";
import { closureOf } from "../pm/lockfile/closure.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { closurePackages } from "./closure-packages.ts";
import { closureFetch } from "./fetch-closure.ts";
import type { LockHold } from "./lock-hold.ts";
import { identityOf } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { licensedPackages } from "./package-licences.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { archiveProof } from "./prove-archive.ts";
import { freshLock } from "./read-lock.ts";
import { sbomDocument, type SbomFormat } from "./sbom-documents.ts";

export interface ProjectSbomOptions {
  readonly member: WorkspaceMember;
  readonly format: SbomFormat;
  readonly hold: LockHold;
}

type SbomPorts = FolderPorts & CachePorts & GitPorts & Pick<ImagePorts, "voxVersion" | "created"> & RunPorts;

/**
 * The bill of materials of what a member would bring into an image: its production closure, from the lock and the locked archives.
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, CONTENT_MISSING, OFFLINE_UNPROVABLE and what packing and git sources throw
 */
export async function projectSbom(project: OpenProject, options: ProjectSbomOptions, ports: SbomPorts): Promise<JsonValue> {
  const { member, hold, format } = options;
  const { lock } = await freshLock(project.files, project.desired);
  const closure = closureOf(lock, member.path, { dev: false });
  const packages = await closurePackages(project, closure.packages, hold, ports);
  await closureFetch(project, closure.packages, { hold, prove: archiveProof(lock, ports.cache) }, ports).all();
  const base = member.manifest.deploy?.container?.base_image;
  return sbomDocument(format, {
    project: {
      identity: identityOf(member, await ports.git.describe(memberDir(project, member))),
      dependencies: closure.direct,
      packages: await licensedPackages(packages, ports),
      baseImages: lock.baseImages.filter(({ reference }) => reference === base?.trim()),
    },
    created: ports.created ?? EPOCH,
    voxVersion: ports.voxVersion,
  });
}

import { posix, resolve } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import { unionReader } from "../oci/union-reader.ts";
import { digestFiles, setIdPaths } from "../pm/files/content.ts";
import { closureOf } from "../pm/lockfile/closure.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import { manifestFile } from "../pm/manifest/find-workspace.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { ContainerIntent, DeployIntent } from "../project/deploy-intent.ts";
import type { ApplicationFile, MaterializedProject, ProjectIdentity } from "../project/materialized-project.ts";
import { buildContext, imagesUsed } from "./build-context.ts";
import { closurePackages } from "./closure-packages.ts";
import { inspectContent, warnUntracked } from "./file-warnings.ts";
import { closureFetch } from "./fetch-closure.ts";
import type { LockHold } from "./lock-hold.ts";
import { listMemberFiles, type MemberListing } from "./member-files.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { outputDirs } from "./output-dirs.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { archiveProof } from "./prove-archive.ts";
import { licensedPackages } from "./package-licences.ts";
import { projectContent, provedReader } from "./project-content.ts";
import { freshLock } from "./read-lock.ts";
import { type FolderContent, markedListing, type MarkedPath } from "./scan-secrets.ts";
import type { SourceRevision } from "./source-revision.ts";

export interface MaterializeOptions {
  readonly member: WorkspaceMember;
  readonly environment: string;
  readonly hold: LockHold;
  /** Absolute folders that this command writes to. */
  readonly outputDirs: readonly string[];
}

/** The handoff, and a reader of all that it names. */
export interface Materialized {
  readonly project: MaterializedProject;
  readonly content: ContentReader;
  /** Files that enter the image and that git does not track, from the project's root. */
  readonly untracked: readonly string[];
}

type MaterializePorts = FolderPorts & CachePorts & GitPorts & ImagePorts & RunPorts;

/**
 * Makes the handoff of one member for one environment. The lock is judged first, from files alone (contracts, §§3, 6). Enforces `lock-fresh`.
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, DEPLOY_INCOMPLETE, CONTENT_MISSING, OFFLINE_UNPROVABLE, BUILD_FAILED, SECRET_FOUND and what files can be
 */
export async function materializeProject(
  project: OpenProject,
  options: MaterializeOptions,
  ports: MaterializePorts,
): Promise<Materialized> {
  const { member } = options;
  const { lock, digest: lockDigest } = await freshLock(project.files, project.desired);
  const intent = await intentIn(member, options, ports);
  const closure = closureOf(lock, member.path, { dev: false });
  await runBuildStep(project, member, ports);
  const described = ports.git.describe(memberDir(project, member));
  const { files, opened } = await listApplicationFiles(project, member, options.outputDirs, ports);
  const inspect = (content: FolderContent) => inspectContent(content, ports);
  const packages = await closurePackages(project, closure.packages, { ...options.hold, inspect }, ports);
  const wish = { hold: options.hold, platforms: intent.container.platforms, prove: archiveProof(lock, ports.cache) };
  await closureFetch(project, closure.packages, wish, ports).all();
  const applicationFiles = await inspectedFiles(member, { files, opened }, inspect);
  const buildOptions = { ...intent.container, outputDirs: ownOutputDirs(project, member, options.outputDirs), inspect };
  const build = await buildContext(project, member, buildOptions, ports);
  const revision = await described;
  return {
    project: {
      schemaVersion: 1,
      identity: identityOf(member, revision),
      closureDigest: closure.digest,
      lockDigest,
      mode: options.hold.mode,
      dependencies: closure.direct,
      packages: await licensedPackages(packages, ports),
      files: applicationFiles,
      baseImages: imagesUsed(lock.baseImages, intent.container, build?.source),
      ...(build && { dockerfile: build.source }),
      deploy: intent,
    },
    untracked: warnUntracked(applicationFiles, revision, ports).map((path) => posix.join(member.path, path)),
    content: unionReader([projectContent(opened.reader, applicationFiles), ...(build ? [build.content] : []), ports.cache]),
  };
}

/** The files with their digests, after a look at what is in them. */
async function inspectedFiles(
  { path, manifest }: WorkspaceMember,
  { files, opened }: Pick<MemberListing, "files" | "opened">,
  inspect: (content: FolderContent) => Promise<void>,
): Promise<readonly ApplicationFile[]> {
  const digested = await digestFiles(opened.reader, files);
  const reader = provedReader(opened.reader, digested);
  await inspect({
    name: manifest.package.name,
    path,
    reader,
    files: digested,
    setId: setIdPaths(files),
    capable: opened.capable,
  });
  return digested;
}

async function intentIn(
  member: WorkspaceMember,
  { environment, hold }: MaterializeOptions,
  { onEvent }: RunPorts,
): Promise<DeployIntent> {
  const { intent, warnings } = deployIntentFor(member.manifest, environment);
  for (const { code, message, hint } of warnings) onEvent({ kind: "warning", code, message, hint });
  if (hold.lane === "release") await refuseShellSteps(member, intent.container);
  return intent;
}

/** What a package manager or a shell line gives differs from day to day, and a release can be made again, whether it is deployed or packaged. */
async function refuseShellSteps(member: WorkspaceMember, container: ContainerIntent): Promise<void> {
  const { shellField, shellVerdict } = await import("../policy/portability/judges/shell-steps.ts");
  const field = shellField(container);
  if (field === undefined) return;
  const { detail, hint } = shellVerdict(field);
  throw new VoxError("POLICY_REFUSED", `the release lane blocks on \`no-shell-steps\`: ${detail}`, {
    place: { file: manifestFile(member.path) },
    hint,
  });
}

/** What would enter the application layer, with reasons, for `--list`. */
export async function listApplication(
  project: OpenProject,
  member: WorkspaceMember,
  ports: FolderPorts & RunPorts,
): Promise<readonly MarkedPath[]> {
  return markedListing(await listApplicationFiles(project, member, [], ports), ports);
}

const ownOutputDirs = (project: OpenProject, member: WorkspaceMember, dirs: readonly string[]): readonly string[] => [
  ...outputDirs(memberDir(project, member)),
  ...dirs.map((dir) => resolve(dir)),
];

const listApplicationFiles = (project: OpenProject, member: WorkspaceMember, dirs: readonly string[], ports: FolderPorts) =>
  listMemberFiles(project, member, { symlinks: "keep", outputDirs: ownOutputDirs(project, member, dirs) }, ports);

async function runBuildStep(project: OpenProject, member: WorkspaceMember, ports: FolderPorts & RunPorts): Promise<void> {
  const { build } = member.manifest.package;
  if (build.length === 0) return;
  ports.onEvent({ kind: "step", message: `run \`${build.join(" ")}\`` });
  await ports.buildStep.run(build, memberDir(project, member));
}

export function identityOf({ manifest }: WorkspaceMember, { revision, dirty }: SourceRevision): ProjectIdentity {
  const { name, version, description, license, authors, repository, homepage, documentation } = manifest.package;
  return {
    name,
    version,
    authors,
    dirty,
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    ...(repository === undefined ? {} : { repository }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(documentation === undefined ? {} : { documentation }),
    ...(revision === undefined ? {} : { revision }),
  };
}

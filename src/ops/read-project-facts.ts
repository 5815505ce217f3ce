import { posix } from "node:path";
import type { Lane, LockMode } from "../config/lock-mode.ts";
import { digestOf } from "../core/digest.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { type Closure, closureOf } from "../pm/lockfile/closure.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { hasMergeMarkers } from "../pm/lockfile/merge-markers.ts";
import { parseLock } from "../pm/lockfile/parse-lock.ts";
import { formatSource } from "../pm/lockfile/render-lock.ts";
import { staleReasons } from "../pm/lockfile/staleness.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { Known, LicenceFacts, ProjectFacts, SecretFacts } from "../policy/portability/facts.ts";
import type { InvariantId } from "../policy/portability/invariant.ts";
import { closurePackages } from "./closure-packages.ts";
import { closureFetch } from "./fetch-closure.ts";
import type { LockHold } from "./lock-hold.ts";
import { identityOf, listApplication } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { licensedPackages } from "./package-licences.ts";
import { containerFacts, manifestFacts } from "./portability-facts.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts, StandingPorts } from "./ports.ts";
import { archiveProof } from "./prove-archive.ts";
import { LOCK_FILE, type ReadLock } from "./read-lock.ts";
import type { MarkedPath } from "./scan-secrets.ts";
import type { SourceRevision } from "./source-revision.ts";
import { yankedVersions } from "./yanked-versions.ts";

export interface ProjectQuestion {
  readonly member: WorkspaceMember;
  readonly environment: string;
  readonly lane: Lane;
  /** How a deployment in that lane would hold the lock. */
  readonly mode: LockMode;
  /** How the question itself may use the network. */
  readonly hold: LockHold;
  readonly allowedLicences: readonly (readonly string[])[];
  /** Whether anybody wants to know: what is off costs nothing. */
  asks(id: InvariantId): boolean;
}

export type FactPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & StandingPorts & RunPorts;

/**
 * What is to be known of a member before its image is built: nothing is built for it, and of registries no more is asked than the questions need.
 * @throws {VoxError} DEPLOY_INCOMPLETE, ENVIRONMENT_UNKNOWN, and what files can be
 */
export async function readProjectFacts(
  project: OpenProject,
  question: ProjectQuestion,
  ports: FactPorts,
): Promise<ProjectFacts> {
  const { member, mode, allowedLicences, asks } = question;
  const { read, lock } = await readLockFacts(project);
  const closure = read && closureOf(read.lock, member.path, { dev: false });
  const revision = await ports.git.describe(memberDir(project, member));
  const listed = asks("files-tracked") || asks("no-secrets") ? await listApplication(project, member, ports) : [];
  return {
    manifest: await manifestFacts(project, member),
    lock,
    mode,
    packages: (closure?.packages ?? []).map(({ name, version, source }) => ({
      name,
      ...(version !== undefined && { version }),
      source: formatSource(source),
    })),
    ...(read && asks("packages-not-yanked") && { yanked: await yankedVersions(project, read, question.hold, ports) }),
    ...(read &&
      closure &&
      asksForLicences(question) && { licences: await licenceFacts(project, question, { lock: read.lock, closure }, ports) }),
    allowedLicences,
    tree: { dirty: revision.dirty, ...(revision.revision !== undefined && { revision: revision.revision }) },
    untracked: untrackedAmong(member, listed, revision),
    secrets: secretsAmong(member, listed),
    ...containerOf(question, revision, read?.lock),
  };
}

const asksForLicences = ({ asks, allowedLicences }: ProjectQuestion): boolean =>
  asks("licences-allowed") && allowedLicences.length > 0;

interface LockFacts {
  readonly lock: ProjectFacts["lock"];
  /** Where it is fresh. */
  readonly read?: ReadLock;
}

async function readLockFacts({ files, desired }: OpenProject): Promise<LockFacts> {
  try {
    const text = await files.readText(LOCK_FILE);
    if (text === undefined) return { lock: { state: "missing", why: `there is no \`${LOCK_FILE}\`` } };
    if (hasMergeMarkers(text)) return { lock: { state: "stale", why: `a merge left its markers in \`${LOCK_FILE}\`` } };
    const read = { lock: parseLock(text, LOCK_FILE), text, digest: digestOf(text) };
    const reasons = staleReasons(read.lock, desired);
    if (reasons.length === 0) return { lock: { state: "fresh" }, read };
    return { lock: { state: "stale", why: `\`${LOCK_FILE}\` is stale: ${reasons.slice(0, 3).join("; ")}` } };
  } catch (error) {
    if (!isVoxError(error, "LOCK_INVALID") && !isVoxError(error, "LOCK_VERSION")) throw error;
    return { lock: { state: "unreadable", why: error.message } };
  }
}

/** Archives are fetched for it: a licence stands in a package's own Vox.toml. */
async function licenceFacts(
  project: OpenProject,
  { member, hold }: ProjectQuestion,
  { lock, closure }: { readonly lock: Lockfile; readonly closure: Closure },
  ports: FactPorts,
): Promise<Known<readonly LicenceFacts[]>> {
  try {
    const packages = await closurePackages(project, closure.packages, hold, ports);
    await closureFetch(project, closure.packages, { hold, prove: archiveProof(lock, ports.cache) }, ports).all();
    return { value: licencesOf(member, await licensedPackages(packages, ports)) };
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!isVoxError(error)) throw error;
    return { unknown: error.message };
  }
}

/** The application's own licence, and its packages'. */
const licencesOf = (
  { manifest }: WorkspaceMember,
  packages: readonly { readonly name: string; readonly version: string; readonly license?: string }[],
): readonly LicenceFacts[] =>
  [manifest.package, ...packages].map(({ name, version, license }) => ({
    subject: `${name}@${version}`,
    ...(license !== undefined && { licence: license }),
  }));

const fromRoot = ({ path: folder }: WorkspaceMember, path: string): string => posix.join(folder, path);

function untrackedAmong(
  member: WorkspaceMember,
  listed: readonly MarkedPath[],
  { untracked }: SourceRevision,
): readonly string[] {
  const unknown = new Set(untracked);
  return listed.flatMap(({ path, verdict }) =>
    verdict.kind === "included" && unknown.has(path) ? [fromRoot(member, path)] : [],
  );
}

const secretsAmong = (member: WorkspaceMember, listed: readonly MarkedPath[]): readonly SecretFacts[] =>
  listed.flatMap(({ path, secrets }) =>
    secrets.map(({ rule, line }) => {
      const file = fromRoot(member, path);
      return { rule, where: `\`${file}\``, place: { file, line } };
    }),
  );

function containerOf(
  { member, environment }: ProjectQuestion,
  revision: SourceRevision,
  lock: Lockfile | undefined,
): Pick<ProjectFacts, "container"> {
  if (member.manifest.deploy?.container === undefined) return {};
  const { intent } = deployIntentFor(member.manifest, environment);
  return { container: containerFacts(intent.container, identityOf(member, revision), lock?.baseImages ?? []) };
}

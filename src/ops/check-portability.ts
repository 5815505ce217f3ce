import { resolve } from "node:path";
import type { Lane, LockMode } from "../config/lock-mode.ts";
import type { MachinePolicy } from "../config/machine-policy.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { ImageFacts, ProjectFacts } from "../policy/portability/facts.ts";
import type { Severities } from "../policy/portability/lanes.ts";
import { type InvariantReport, judgeInvariants } from "../policy/portability/report.ts";
import type { OpenProject } from "./open-project.ts";
import { manifestFacts } from "./portability-facts.ts";
import { allowedLicences, portabilitySeverities } from "./portability-severities.ts";
import type { KeyPorts, PolicyPorts } from "./ports.ts";
import { imageFacts, imageSecrets } from "./read-image-facts.ts";
import { type ImagePlace, readImage } from "./read-image.ts";
import { LOCK_FILE } from "./read-lock.ts";
import { type FactPorts, readProjectFacts } from "./read-project-facts.ts";
import { signerLists, verifyBySigners } from "./verify-by-signers.ts";
import type { VerifyImageOptions } from "./verify-image.ts";
import type { RebuildPorts } from "./verify-rebuild.ts";

/** The project that is looked at, and as what. */
export interface PortabilityProject {
  readonly project: OpenProject;
  readonly members: readonly WorkspaceMember[];
  readonly environment: string;
  /** How a deployment in the lane would hold the lock. */
  readonly mode: LockMode;
}

export interface PortabilityOptions {
  readonly lane: Lane;
  /** No network at all. */
  readonly offline: boolean;
  /** None where the command stands in no project. */
  readonly about?: PortabilityProject;
  readonly image?: ImagePlace;
  /** Whose signatures are believed, beside the `signers` of project and machine. */
  readonly trust: Pick<VerifyImageOptions, "keys" | "identity">;
}

export type PortabilityPorts = FactPorts & KeyPorts & PolicyPorts & RebuildPorts;

/**
 * Judges every invariant of the policy on a project, on an image, or on both; nothing is written but the cache.
 * @throws {VoxError} MANIFEST_INVALID, CONFIG_INVALID, DEPLOY_INCOMPLETE, CONTENT_MISSING when there is no such image, and what registries can be
 */
export async function checkPortability(
  options: PortabilityOptions,
  ports: PortabilityPorts,
): Promise<readonly InvariantReport[]> {
  const machine = await ports.machinePolicy();
  const severities = portabilitySeverities(options.lane, { members: options.about?.members ?? [], machine });
  const projects = options.about ? await projectFacts(options.about, { options, severities, machine }, ports) : [];
  const image = options.image && (await factsOfImage(options.image, { options, severities, machine }, ports));
  return judgeInvariants(severities, { projects, ...(image && { image }) });
}

interface Judging {
  readonly options: PortabilityOptions;
  readonly severities: Severities;
  readonly machine: MachinePolicy | undefined;
}

async function projectFacts(
  { project, members, environment, mode }: PortabilityProject,
  { options: { lane, offline }, severities, machine }: Judging,
  ports: PortabilityPorts,
): Promise<readonly ProjectFacts[]> {
  const facts: ProjectFacts[] = [];
  for (const member of members) {
    const hold = { mode: "locked", offline, lane } as const;
    const question = { member, environment, lane, mode, hold, allowedLicences: allowedLicences(member, machine) };
    const asks = (id: Parameters<Severities["get"]>[0]) => severities.get(id) !== "off";
    facts.push(await readProjectFacts(project, { ...question, asks }, ports));
  }
  return facts;
}

async function factsOfImage(place: ImagePlace, judging: Judging, ports: PortabilityPorts): Promise<ImageFacts> {
  const read = await readImage(place, { signal: ports.signal });
  const { about, offline, trust } = judging.options;
  const lists = [trust.keys, ...signerLists(about?.project, about?.members ?? [], judging.machine)];
  const signed = await verifyBySigners(place, lists, { ...trust, offline, ...lockWish(judging) }, ports);
  const manifests = about ? await manifestTexts(about) : [];
  return imageFacts(read, { ...signed, secrets: await imageSecrets(place.repository, read, manifests, ports) });
}

async function manifestTexts({ project, members }: PortabilityProject): Promise<readonly string[]> {
  return (await Promise.all(members.map((member) => manifestFacts(project, member)))).map(({ text }) => text);
}

/** The project's lock and a rebuild of it, where there is one project. */
function lockWish({ options, severities }: Judging): Pick<VerifyImageOptions, "lock" | "rebuild"> {
  const { about, offline } = options;
  const [member, ...others] = about?.members ?? [];
  if (!about || !member || others.length > 0) return {};
  const { project, environment } = about;
  const lock = { path: resolve(project.rootDir, LOCK_FILE), member: member.manifest.package.name };
  const hold = { mode: "frozen", offline } as const;
  const rebuilds = severities.get("rebuild-same") !== "off";
  return { lock, ...(rebuilds && { rebuild: { project, member, environment, hold } }) };
}

import { resolve } from "node:path";
import { KeySigner, type StatementSigner } from "../attest/signer.ts";
import type { Lane } from "../config/lock-mode.ts";
import type { MachinePolicy } from "../config/machine-policy.ts";
import type { ImageFacts, ProjectFacts } from "../policy/portability/facts.ts";
import type { InvariantId } from "../policy/portability/invariant.ts";
import { only, type Severities } from "../policy/portability/lanes.ts";
import { judgeInvariants } from "../policy/portability/report.ts";
import type { ProjectImage } from "./build-project-image.ts";
import type { DeploymentGate, GatedDeployment, GatePorts } from "./deployment-gate.ts";
import type { OpenProject } from "./open-project.ts";
import { manifestFacts } from "./portability-facts.ts";
import { allowedLicences, portabilitySeverities } from "./portability-severities.ts";
import type { KeyPorts } from "./ports.ts";
import { imageFacts, imageSecrets } from "./read-image-facts.ts";
import { type ImagePlace, type ReadImage, readImage, readImageFrom } from "./read-image.ts";
import { freshLock, LOCK_FILE } from "./read-lock.ts";
import { readProjectFacts } from "./read-project-facts.ts";
import { readPublicKeys } from "./read-public-keys.ts";
import { refuseBroken } from "./refuse-broken.ts";
import { signerLists, type SignerLists, verifyBySigners } from "./verify-by-signers.ts";
import { rebuildChecks } from "./verify-rebuild.ts";

export interface HeldDeployment {
  readonly project: OpenProject;
  readonly options: GatedDeployment;
  readonly lane: Lane;
  readonly machine: MachinePolicy | undefined;
}

/** What is held elsewhere on the way to an image, or can only be judged once the files are there. */
const NOT_BEFORE_BUILD: readonly InvariantId[] = ["no-secrets", "files-tracked"];
const OF_FILES: readonly InvariantId[] = ["files-tracked"];
const OF_SIGNER: readonly InvariantId[] = ["image-signed"];
const OF_BUILT: readonly InvariantId[] = [
  "platforms-complete",
  "metadata-complete",
  "user-not-root",
  "no-secrets",
  "rebuild-same",
];
const OF_PUSHED: readonly InvariantId[] = [
  "platforms-complete",
  "metadata-complete",
  "user-not-root",
  "base-locked",
  "image-from-lock",
  "sbom-attached",
  "provenance-attached",
  "image-signed",
];

/** @throws {VoxError} CONFIG_INVALID, MANIFEST_INVALID */
export function holdDeployment(held: HeldDeployment, ports: GatePorts): DeploymentGate {
  const { project, options, machine } = held;
  const severities = portabilitySeverities(held.lane, { members: [options.member], machine });
  const signers = signerLists(project, [options.member], machine).filter((list) => list.length > 0);
  const refuse = (ids: Severities, facts: Parameters<typeof judgeInvariants>[1]) =>
    refuseBroken(judgeInvariants(ids, facts), held.lane, ports);
  let facts: ProjectFacts | undefined;
  return {
    async beforeBuild() {
      facts = await deploymentFacts(held, severities, ports);
      const judged = [...severities.keys()].filter((id) => !NOT_BEFORE_BUILD.includes(id));
      refuse(only(severities, judged), { projects: [facts] });
    },
    async materialized({ untracked }, signer) {
      if (!facts) return;
      const signing = signer && (await isStranger(signer, signers, ports)) ? "a stranger" : "somebody";
      refuse(only(severities, signer ? [...OF_FILES, ...OF_SIGNER] : OF_FILES), {
        projects: [{ ...facts, untracked, signing }],
      });
    },
    async built(image) {
      const ids = only(severities, OF_BUILT);
      refuse(ids, { projects: [], image: await builtFacts(held, image, ids, ports) });
    },
    async pushed(place, signer) {
      const ids = only(severities, OF_PUSHED);
      if (![...ids.values()].includes("blocking")) return;
      refuse(ids, { projects: [], image: await pushedFacts(held, { place, signer, signers }, ports) });
    },
  };
}

/** The lock is asked first, as ever. @throws {VoxError} LOCK_MISSING, LOCK_STALE */
async function deploymentFacts(
  { project, options, lane, machine }: HeldDeployment,
  severities: Severities,
  ports: GatePorts,
): Promise<ProjectFacts> {
  const { member, environment, hold, signing, to } = options;
  await freshLock(project.files, project.desired);
  const question = { member, environment, lane, mode: hold.mode, hold, allowedLicences: allowedLicences(member, machine) };
  const asks = (id: InvariantId) => severities.get(id) !== "off" && !NOT_BEFORE_BUILD.includes(id);
  const facts = await readProjectFacts(project, { ...question, asks }, ports);
  return { ...facts, signing: signing && to === "registry" ? "somebody" : "nobody" };
}

/** Whether a key signs that somebody does not name; whom a certificate names is not known before. */
async function isStranger(signer: StatementSigner, lists: SignerLists, ports: KeyPorts): Promise<boolean> {
  if (!(signer instanceof KeySigner)) return false;
  for (const list of lists) {
    const keys = await readPublicKeys(list, ports);
    if (!keys.some(({ id }) => id === signer.publicKey.id)) return true;
  }
  return false;
}

async function builtFacts(
  { project, options: { member, environment, hold } }: HeldDeployment,
  built: ProjectImage,
  ids: Severities,
  ports: GatePorts,
): Promise<ImageFacts> {
  const { image, plan } = built;
  const name = plan.imageName;
  const read = await readImageFrom(image.reader, image.root, { name, reference: name }, { signal: ports.signal });
  const { text } = await manifestFacts(project, member);
  const secrets = plan.lower && (await imageSecrets(image.reader, read, [text], ports, layersOfBase(built, read)));
  const asks = (ids.get("rebuild-same") ?? "off") !== "off";
  const wish = { project, member, environment, hold };
  const checks = asks ? await rebuildChecks({ repository: image.reader }, read, wish, ports) : [];
  return imageFacts(read, { checks, ...(secrets && { secrets }) });
}

/** Files were looked at before they became layers; what an engine made was not, and lies right above the base. */
function layersOfBase({ image }: ProjectImage, { platforms }: ReadImage): { readonly baseLayers: number } {
  const ofBase = new Set(image.baseLayers);
  const counts = platforms.map(({ document }) => document.layers.filter(({ digest }) => ofBase.has(digest)).length);
  return { baseLayers: Math.min(...counts) };
}

interface PushedImage {
  readonly place: ImagePlace;
  readonly signer: StatementSigner | undefined;
  readonly signers: SignerLists;
}

/** Everything that `vox verify` proves, by the signers that somebody names, else by the one who signed. */
async function pushedFacts(
  { project, options: { member } }: HeldDeployment,
  { place, signer, signers }: PushedImage,
  ports: GatePorts,
): Promise<ImageFacts> {
  const read = await readImage(place, { signal: ports.signal });
  const lock = { path: resolve(project.rootDir, LOCK_FILE), member: member.manifest.package.name };
  const own = signers.length === 0 && signer ? { believed: signer.trust } : {};
  return imageFacts(read, await verifyBySigners(place, signers, { offline: false, lock, ...own }, ports));
}

import type { MachinePolicy } from "../config/machine-policy.ts";
import type { InvariantId } from "../policy/portability/invariant.ts";
import { only, type Severities } from "../policy/portability/lanes.ts";
import { judgeInvariants } from "../policy/portability/report.ts";
import type { GatedImage, GatePorts, ImageGate } from "./deployment-gate.ts";
import type { OpenProject } from "./open-project.ts";
import { manifestFacts } from "./portability-facts.ts";
import { portabilitySeverities } from "./portability-severities.ts";
import { imageFacts, imageSecrets } from "./read-image-facts.ts";
import { type ImagePlace, readImage } from "./read-image.ts";
import { refuseBroken } from "./refuse-broken.ts";
import { signerLists, verifyBySigners } from "./verify-by-signers.ts";

export interface HeldImage {
  readonly project: OpenProject;
  readonly options: GatedImage;
  readonly machine: MachinePolicy | undefined;
}

const OF_DOCUMENTS: readonly InvariantId[] = ["platforms-complete", "metadata-complete", "user-not-root"];
/** What hangs on signatures, which whoever names signers wants held in any lane. */
const OF_SIGNERS: readonly InvariantId[] = ["image-from-lock", "sbom-attached", "provenance-attached", "image-signed"];

/**
 * Holds an image that is deployed as it is. It is held to its signers and to its own provenance: the lock may have moved on since it was made.
 * @throws {VoxError} CONFIG_INVALID, MANIFEST_INVALID
 */
export function holdImage({ project, options, machine }: HeldImage, ports: GatePorts): ImageGate {
  const { member, lane, offline, keys } = options;
  const lists = [keys, ...signerLists(project, [member], machine)].filter((list) => list.length > 0);
  const severities = wanted(portabilitySeverities(lane, { members: [member], machine }), lists.length > 0);
  const judge = async (place: ImagePlace, ids: readonly InvariantId[], options: { readonly scanned: boolean }) => {
    const read = await readImage(place, { signal: ports.signal });
    const proves = OF_SIGNERS.some((id) => severities.get(id) === "blocking");
    const signed = proves ? await verifyBySigners(place, lists, { offline }, ports) : { checks: [] };
    const { text } = await manifestFacts(project, member);
    const secrets = options.scanned ? await imageSecrets(place.repository, read, [text], ports) : undefined;
    const image = imageFacts(read, { ...signed, ...(secrets && { secrets }) });
    refuseBroken(judgeInvariants(only(severities, ids), { projects: [], image }), lane, ports);
  };
  return {
    // Reading every layer for secrets is more than a desk wants to wait for.
    before: (place) => judge(place, [...OF_DOCUMENTS, ...OF_SIGNERS, "no-secrets"], { scanned: lane !== "local" }),
    after: async (place) => {
      if (OF_SIGNERS.some((id) => severities.get(id) === "blocking")) await judge(place, OF_SIGNERS, { scanned: false });
    },
  };
}

const wanted = (severities: Severities, hasSigners: boolean): Severities =>
  hasSigners ? new Map([...severities, ...OF_SIGNERS.map((id) => [id, "blocking"] as const)]) : severities;

import { counted } from "../core/counted.ts";
import type { ParsedProvenance } from "../attest/provenance/parse-provenance.ts";
import { checkAttestations } from "../attest/verify/check-attestations.ts";
import { checkProvenance } from "../attest/verify/check-provenance.ts";
import { checkAttached, checkSignatures } from "../attest/verify/check-signatures.ts";
import type { Identity } from "../attest/verify/verify-keyless.ts";
import type { ImageEvidence, Trust, TrustCheck } from "../attest/verify/evidence.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { KeyPorts } from "./ports.ts";
import { readEvidence } from "./read-attached.ts";
import { type ImagePlace, type ReadImage, readImageOrPlatform } from "./read-image.ts";
import { contentChecks, type LockWish } from "./verify-contents.ts";
import { readPublicKeys } from "./read-public-keys.ts";
import { rebuildChecks, type RebuildPorts, type RebuildWish } from "./verify-rebuild.ts";

export interface VerifyImageOptions {
  /** Absolute paths of public keys; one of them must have signed. */
  readonly keys: readonly string[];
  /** Who is believed besides, as whoever signs knows itself. */
  readonly believed?: Trust;
  /** Who must have signed without a key, and the file of whom to believe about that. */
  readonly identity?: Identity & { readonly trustedRoot: string };
  readonly lock?: LockWish;
  readonly offline: boolean;
  /** Reads no layer: what is in them is known already. */
  readonly signaturesAlone?: boolean;
  /** Builds the image again and compares. */
  readonly rebuild?: RebuildWish;
}

/** The document of `verify`. */
export interface VerifyImageResult {
  readonly ok: boolean;
  readonly reference: string;
  readonly checks: readonly TrustCheck[];
}

type VerifyPorts = KeyPorts & RebuildPorts;

/**
 * Holds an image against keys and a lock, in one order: its documents, signatures, attestations, the lock's digest, each dependency, what else is
 * in the layers. Every check is made, whatever the others say.
 * @throws {VoxError} KEY_INVALID, LOCK_INVALID, CONTENT_MISSING when there is no such image, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function verifyImage(
  place: ImagePlace,
  options: VerifyImageOptions,
  ports: VerifyPorts,
): Promise<VerifyImageResult> {
  const { signal } = ports;
  const keys = await readPublicKeys(options.keys, ports);
  const read = await readProved(place, signal);
  if (!read.image) return result(place, [read.check]);
  const certificates = options.identity ? await identityTrust(options.identity, ports) : options.believed?.certificates;
  const trust = { keys: [...keys, ...(options.believed?.keys ?? [])], ...(certificates && { certificates }) };
  const isAsked = trust.keys.length > 0 || certificates !== undefined;
  const signed = isAsked ? await signatureChecks(place, read.image, trust, signal) : { checks: [] };
  const trusted = isAsked && signed.checks.every(({ ok }) => ok);
  const facts = { image: read.image, provenance: signed.provenance, trusted };
  const contents = options.signaturesAlone ? [] : await contentChecks(place, facts, options, ports);
  const rebuilt = options.rebuild ? await rebuildChecks(place, read.image, options.rebuild, ports) : [];
  return result(place, [read.check, ...signed.checks, ...contents, ...rebuilt]);
}

/** What judges certificates is loaded when somebody asks. */
async function identityTrust({ trustedRoot, ...wanted }: NonNullable<VerifyImageOptions["identity"]>, ports: KeyPorts) {
  const { certificateTrust } = await import("../attest/verify/verify-keyless.ts");
  return certificateTrust(Buffer.from(await ports.readKey(trustedRoot)), wanted, `\`${trustedRoot}\``);
}

const result = ({ reference }: ImagePlace, checks: readonly TrustCheck[]): VerifyImageResult => ({
  ok: checks.every(({ ok }) => ok),
  reference,
  checks,
});

/** What the documents of an image can be wrong in. */
const DAMAGED: ReadonlySet<string> = new Set(["CONTENT_MISMATCH", "CONTENT_TOO_LARGE", "OCI_INVALID", "PLATFORM_INVALID"]);

interface ProvedImage {
  readonly check: TrustCheck;
  readonly image?: ReadImage;
}

async function readProved(place: ImagePlace, signal: AbortSignal): Promise<ProvedImage> {
  try {
    const image = await readImageOrPlatform(place, { signal });
    const platforms = image.kind === "index" ? counted(image.platforms.length, "platform") : "of one platform alone";
    const detail = `\`${image.root.digest}\`, ${platforms}`;
    return { image, check: { id: "image", ok: true, detail, restsOn: "content" } };
  } catch (error) {
    if (!isVoxError(error) || !DAMAGED.has(error.code)) throw error;
    return { check: { id: "image", ok: false, detail: `${error.code}: ${error.message}`, restsOn: "content" } };
  }
}

interface SignatureChecks {
  readonly checks: readonly TrustCheck[];
  /** As a believed key states it. */
  readonly provenance?: ParsedProvenance;
}

async function signatureChecks(
  { repository }: ImagePlace,
  image: ReadImage,
  trust: Trust,
  signal: AbortSignal,
): Promise<SignatureChecks> {
  const named = [
    ...(image.kind === "index" ? [{ name: "index", manifest: image.root }] : []),
    ...image.platforms.map(({ platform, manifest }) => ({ name: platform, manifest })),
  ];
  const manifests = await mapConcurrent(named, 2, ({ name, manifest }) => readEvidence(repository, name, manifest, { signal }));
  const evidence: ImageEvidence = { image, manifests };
  const signatures = [checkAttached(evidence), ...checkSignatures(evidence, trust)];
  // The rest is attached to the index alone.
  if (image.kind === "platform") return { checks: signatures };
  const { check, provenance } = checkProvenance(evidence, trust);
  const checks = [...signatures, ...checkAttestations(evidence, trust), check];
  return { checks, ...(provenance && { provenance }) };
}

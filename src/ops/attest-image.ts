import {
  type AttestedImage,
  type ImageStatement,
  imageStatements,
  type Predicate,
  signatureStatement,
  signedManifests,
} from "../attest/image-statements.ts";
import { isSignatureOf } from "../attest/keys/public-key.ts";
import { bundleReferrer, EMPTY_CONFIG, type NewContent } from "../attest/referrer.ts";
import { KeySigner, type StatementSigner } from "../attest/signer.ts";
import { signatureImage, signatureLayer, signatureTag, simpleSigningPayload } from "../attest/simple-signing.ts";
import { isAbout, parseStatement, PREDICATE } from "../attest/statement.ts";
import type { AttachedBundle } from "../attest/verify/evidence.ts";
import { streamOf } from "../core/byte-stream.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import type { Repository, TransferOptions } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RunPorts } from "./ports.ts";
import { readBundles, readSimpleSignatures, signatureLayers } from "./read-attached.ts";

export const SIGNATURE_FORMATS = ["bundle", "legacy", "both"] as const;
export type SignatureFormat = (typeof SIGNATURE_FORMATS)[number];

export interface AttestOptions {
  readonly signer: StatementSigner;
  readonly format: SignatureFormat;
  /** What is said of the image besides that it is signed. */
  readonly predicates: readonly Predicate[];
  /** RFC 3339, from SOURCE_DATE_EPOCH. */
  readonly created: string;
}

export interface AttestResult {
  /** Statements that were made and attached now. */
  readonly attached: number;
  /** Statements of the same signer that were there. */
  readonly kept: number;
}

const PUSHES_AT_ONCE = 4;

/**
 * Signs an image that a repository holds and attaches what is said of it; what the same signer said of the same manifest before stays as it is,
 * so that an unchanged image is not attested again (contracts, §7).
 * @throws {VoxError} ATTESTATION_INVALID, and what the repository throws
 */
export async function attestImage(
  repository: Repository,
  image: AttestedImage,
  options: AttestOptions,
  { signal, onEvent }: RunPorts,
): Promise<AttestResult> {
  const statements = imageStatements(image, options.predicates).filter(
    ({ predicateType }) => options.format !== "legacy" || predicateType !== PREDICATE.signature,
  );
  const missing = await missingStatements(repository, statements, options, { signal });
  if (missing.length > 0) await pushNew(repository, EMPTY_CONFIG, { signal });
  const made = (
    await mapConcurrent(missing, PUSHES_AT_ONCE, (statement) => pushStatement(repository, statement, options, signal))
  ).flat();
  if (made.length > 0) await repository.attach(made, { signal });
  if (options.format !== "bundle" && options.signer instanceof KeySigner)
    for (const subject of signedManifests(image)) await signSimply(repository, image.name, subject, options.signer, { signal });
  if (made.length > 0) onEvent({ kind: "step", message: `signed \`${image.root.digest}\`, ${made.length} statements` });
  return { attached: made.length, kept: statements.flatMap(({ attachedTo }) => attachedTo).length - made.length };
}

/** Signs a manifest that is no image, such as what goes with one in an air-gap file. */
export async function signManifest(
  repository: Repository,
  subject: Descriptor,
  options: Pick<AttestOptions, "signer" | "created">,
  { signal }: RunPorts,
): Promise<void> {
  await pushNew(repository, EMPTY_CONFIG, { signal });
  await repository.attach(await pushStatement(repository, signatureStatement([subject]), options, signal), { signal });
}

/** Statements with the manifests that do not have them yet. */
async function missingStatements(
  repository: Repository,
  statements: readonly ImageStatement[],
  { signer }: AttestOptions,
  options: TransferOptions,
): Promise<readonly ImageStatement[]> {
  const subjects = [
    ...new Map(statements.flatMap(({ attachedTo }) => attachedTo).map((subject) => [subject.digest, subject])).values(),
  ];
  const read = await mapConcurrent(subjects, PUSHES_AT_ONCE, (subject) => readBundles(repository, subject, options));
  const bySubject = new Map(subjects.map((subject, index) => [subject.digest, read[index] ?? []]));
  return statements.flatMap((statement): readonly ImageStatement[] => {
    const attachedTo = statement.attachedTo.filter(
      ({ digest }) => !isSaid(statement, digest, bySubject.get(digest) ?? [], signer),
    );
    return attachedTo.length === 0 ? [] : [{ ...statement, attachedTo }];
  });
}

function isSaid(
  { predicateType }: ImageStatement,
  digest: Digest,
  attached: readonly AttachedBundle[],
  signer: StatementSigner,
): boolean {
  return attached.some((item) => {
    if (item.kind === "unreadable" || !signer.made(item.bundle)) return false;
    const statement = parseStatement(item.bundle.envelope.payload);
    return statement.predicateType === predicateType && isAbout(statement, digest);
  });
}

/** One bundle, and a manifest for each that it is attached to. */
async function pushStatement(
  repository: Repository,
  { attachedTo, predicateType, bytes }: ImageStatement,
  { signer, created }: Pick<AttestOptions, "signer" | "created">,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const bundle = await signer.sign(bytes, { signal });
  const referrers = attachedTo.map((subject) => bundleReferrer(bundle, subject, { predicateType, created }));
  const contents = new Map(
    referrers.flatMap((referrer) => referrer.contents).map((content) => [content.descriptor.digest, content]),
  );
  for (const { descriptor, bytes: content } of contents.values())
    await repository.push(descriptor, streamOf(content), { signal });
  return referrers.map(({ manifest }) => manifest);
}

async function pushNew(repository: Repository, { descriptor, bytes }: NewContent, options: TransferOptions): Promise<void> {
  if (await repository.exists(descriptor, options)) return;
  await repository.push(descriptor, streamOf(bytes), options);
}

/** Signatures of others at the same tag stay there. */
async function signSimply(
  repository: Repository,
  reference: string,
  subject: Descriptor,
  signer: KeySigner,
  options: TransferOptions,
): Promise<void> {
  const there = await readSimpleSignatures(repository, subject, options);
  if (there.some(({ payload, signature }) => isSignatureOf(signer.publicKey, payload, signature))) return;
  const payload = simpleSigningPayload(reference, subject.digest);
  const layer = signatureLayer({ payload, signature: signer.signature(payload) });
  await pushNew(repository, { descriptor: layer, bytes: payload }, options);
  const layers = [...(await signatureLayers(repository, subject, options)), layer];
  const contents = signatureImage(layers);
  for (const content of contents) await pushNew(repository, content, options);
  const manifest = contents.at(-1);
  if (manifest) await repository.tag(manifest.descriptor, signatureTag(subject.digest), options);
}

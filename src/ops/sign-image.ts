import type { AttestedImage, Predicate } from "../attest/image-statements.ts";
import { imageProvenance } from "../attest/provenance/image-provenance.ts";
import { COMPRESSOR_NAME } from "../archive/compress.ts";
import { BUILDER_ID, type BuilderKind } from "../contracts/provenance.ts";
import type { SbomSubject } from "../attest/sbom/sbom-subject.ts";
import type { StatementSigner } from "../attest/signer.ts";
import { PREDICATE } from "../attest/statement.ts";
import type { Image } from "../container/build/image.ts";
import { EPOCH } from "../container/plan/image-plan.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../oci/content-store.ts";
import { copyReferrers } from "../oci/copy-referrers.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { MaterializedProject } from "../project/materialized-project.ts";
import { attestImage, type AttestResult, type SignatureFormat, signManifest } from "./attest-image.ts";
import type { ProjectImage } from "./build-project-image.ts";
import { openKeySigner } from "./open-signer.ts";
import type { ImagePorts, KeyPorts, RunPorts } from "./ports.ts";
import { imageSubject, sbomDocument } from "./sbom-documents.ts";

/** How an image is to be signed. */
export interface SigningWish {
  /** Absolute path of the private key; absent for whom the job's OIDC token names. */
  readonly key?: string;
  readonly format: SignatureFormat;
  /** Who runs the build, for the provenance. */
  readonly builder: BuilderKind;
}

type SignPorts = KeyPorts & Pick<ImagePorts, "voxVersion" | "created"> & RunPorts;

/** Signs one image wherever it lies; the key was opened before. */
export interface ImageSigning {
  readonly signer: StatementSigner;
  attest(repository: Repository, image: ProjectImage): Promise<AttestResult>;
  /** Signs what goes with the image, which the repository holds. */
  sign(repository: Repository, subject: Descriptor): Promise<void>;
}

/**
 * Opens the key, before anything is built or pushed: a wrong password should cost nobody a push.
 * @throws {VoxError} KEY_INVALID, KEY_PASSWORD
 */
export async function openSigning(
  wish: SigningWish | undefined,
  project: MaterializedProject,
  build: readonly string[],
  ports: SignPorts,
): Promise<ImageSigning | undefined> {
  if (!wish) return undefined;
  const signer = await (wish.key === undefined ? ports.keylessSigner() : openKeySigner(wish.key, ports));
  return {
    sign: (repository, subject) => signManifest(repository, subject, { signer, created: ports.created ?? EPOCH }, ports),
    signer,
    attest(repository, built) {
      const subject = imageSubject(project, built, ports);
      const { created } = subject;
      const provenance = imageProvenance(project, {
        builder: BUILDER_ID[wish.builder],
        voxVersion: ports.voxVersion,
        build,
        compressor: COMPRESSOR_NAME[project.deploy.container.compression],
        ...(ports.created === undefined ? {} : { startedOn: ports.created }),
      });
      const predicates = [...bills(subject), { predicateType: PREDICATE.provenance, predicate: provenance }];
      const options = { signer, format: wish.format, predicates, created };
      return attestImage(repository, attestedImage(subject, built), options, ports);
    },
  };
}

/** Brings what was said of the same image from the layout that is being replaced; a damaged one has nothing to say. */
export async function keepStatements(from: Repository, to: Repository, image: Image, options: TransferOptions): Promise<void> {
  try {
    if (!(await from.exists(image.root))) return;
    await copyReferrers(from, to, [image.root, ...image.platforms.map(({ manifest }) => manifest)], options);
  } catch (error) {
    if (!isVoxError(error)) throw error;
  }
}

const attestedImage = ({ image: named }: SbomSubject, { image, plan }: ProjectImage): AttestedImage => ({
  name: named?.name ?? plan.imageName,
  root: image.root,
  platforms: image.platforms,
});

const bills = (subject: SbomSubject): readonly Predicate[] => [
  { predicateType: PREDICATE.spdx, predicate: sbomDocument("spdx", subject) },
  { predicateType: PREDICATE.cyclonedx, predicate: sbomDocument("cyclonedx", subject) },
];

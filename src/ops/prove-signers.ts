import { parsePublicKey, type PublicKey } from "../attest/keys/public-key.ts";
import { isSigned } from "../attest/verify/is-signed.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { PackageName } from "../core/package-name.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { MEDIA_TYPE } from "../oci/media-types.ts";
import type { LockedPackage } from "../pm/lockfile/lockfile.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, RunPorts } from "./ports.ts";
import { type AttachedPlace, readBundles } from "./read-attached.ts";

export type SignedPackage = Pick<LockedPackage, "name" | "version" | "source">;
export type SignerPorts = Pick<CachePorts, "facts"> & RunPorts;

export interface GuardedPackages {
  /** As under [registries]. */
  readonly registry: string;
  /** Files of public keys, relative to the root's Vox.toml. */
  readonly signers: readonly string[];
  readonly packages: readonly SignedPackage[];
  readonly offline: boolean;
}

const PACKAGES_AT_ONCE = 8;

/** A manifest that the lock names of a package. */
export interface SignedManifest {
  readonly name: PackageName;
  /** For people. */
  readonly title: string;
  readonly subject: Descriptor;
}

/** Each manifest that the lock names must be signed by one of the registry's signers; what was seen once is remembered with the keys. Enforces `packages-signed`. */
export async function proveSigners(project: OpenProject, guarded: GuardedPackages, ports: SignerPorts): Promise<void> {
  const keys = await readKeys(project, guarded.signers);
  await mapConcurrent(signedManifestsOf(guarded.packages), PACKAGES_AT_ONCE, (manifest) =>
    proveManifest(project, guarded, keys, manifest, ports),
  );
}

/** @throws {VoxError} KEY_INVALID */
export const readKeys = (project: OpenProject, signers: readonly string[]): Promise<readonly PublicKey[]> =>
  mapConcurrent(signers, 1, (path) => readSigner(project, path));

async function readSigner(project: OpenProject, path: string): Promise<PublicKey> {
  const pem = await project.files.readText(path);
  if (pem !== undefined) return parsePublicKey(pem, `\`${path}\``);
  throw new VoxError("KEY_INVALID", `\`signers\` names \`${path}\`, and there is no such file`, {
    place: { file: MANIFEST_FILE },
  });
}

export const signedManifestsOf = (packages: readonly SignedPackage[]): readonly SignedManifest[] =>
  packages.flatMap(({ name, version, source }) => {
    if (source.kind !== "registry") return [];
    const { archives } = source;
    const digests =
      archives.kind === "neutral" ? [archives.archive.manifest] : archives.archives.map(({ manifest }) => manifest);
    const title = `\`${name}@${version}\``;
    return digests.map((digest) => ({ name, title, subject: { mediaType: MEDIA_TYPE.imageManifest, digest, size: 0 } }));
  });

/** Where signatures of a package may be: what the project carries first, which asks nobody. */
export async function signatureSources(
  project: OpenProject,
  registry: string,
  { name }: SignedManifest,
  { offline }: Pick<GuardedPackages, "offline">,
): Promise<readonly AttachedPlace[]> {
  const carried = await project.vendored.layout();
  return [...(carried ? [carried] : []), ...(offline ? [] : [project.registries.reader(registry, name)])];
}

async function proveManifest(
  project: OpenProject,
  guarded: GuardedPackages,
  keys: readonly PublicKey[],
  manifest: SignedManifest,
  { facts, signal }: SignerPorts,
): Promise<void> {
  const { subject, title } = manifest;
  const seen = (key: PublicKey): string => `signed ${subject.digest} ${key.id}`;
  for (const key of keys) if ((await facts.fact(seen(key))) !== undefined) return;
  for (const place of await signatureSources(project, guarded.registry, manifest, guarded)) {
    const bundles = await readBundles(place, subject, { signal });
    const signer = keys.find((key) => isSigned(subject.digest, bundles, key));
    if (signer) return facts.keepFact(seen(signer), "");
  }
  if (guarded.offline) throw new VoxError("OFFLINE_UNPROVABLE", `who signed ${title} cannot be asked offline`);
  throw new VoxError("PACKAGE_UNSIGNED", `${title} is not signed by a signer of the registry \`${guarded.registry}\``, {
    place: { file: MANIFEST_FILE },
    hint: `ask its publisher to sign it, or take it from a registry without \`signers\``,
  });
}

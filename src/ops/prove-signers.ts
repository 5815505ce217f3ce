import { parsePublicKey, type PublicKey } from "../attest/keys/public-key.ts";
import { isSigned } from "../attest/verify/is-signed.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import { MEDIA_TYPE } from "../oci/media-types.ts";
import type { LockedPackage } from "../pm/lockfile/lockfile.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, RunPorts } from "./ports.ts";
import { readBundles } from "./read-attached.ts";

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

/** Each manifest that the lock names must be signed by one of the registry's signers; what was seen once is remembered with the keys. */
export async function proveSigners(project: OpenProject, guarded: GuardedPackages, ports: SignerPorts): Promise<void> {
  const keys = await mapConcurrent(guarded.signers, 1, (path) => readSigner(project, path));
  const manifests = guarded.packages.flatMap((item) => manifestsOf(item).map((manifest) => ({ item, manifest })));
  await mapConcurrent(manifests, PACKAGES_AT_ONCE, ({ item, manifest }) =>
    proveManifest(project, guarded, keys, item, manifest, ports),
  );
}

async function readSigner(project: OpenProject, path: string): Promise<PublicKey> {
  const pem = await project.files.readText(path);
  if (pem !== undefined) return parsePublicKey(pem, `\`${path}\``);
  throw new VoxError("KEY_INVALID", `\`signers\` names \`${path}\`, and there is no such file`, {
    place: { file: MANIFEST_FILE },
  });
}

function manifestsOf({ source }: SignedPackage): readonly Digest[] {
  if (source.kind !== "registry") return [];
  const { archives } = source;
  return archives.kind === "neutral" ? [archives.archive.manifest] : archives.archives.map(({ manifest }) => manifest);
}

async function proveManifest(
  project: OpenProject,
  { registry, offline }: GuardedPackages,
  keys: readonly PublicKey[],
  { name, version }: SignedPackage,
  manifest: Digest,
  { facts, signal }: SignerPorts,
): Promise<void> {
  const seen = (key: PublicKey): string => `signed ${manifest} ${key.id}`;
  for (const key of keys) if ((await facts.fact(seen(key))) !== undefined) return;
  const title = `\`${name}@${version}\``;
  if (offline) throw new VoxError("OFFLINE_UNPROVABLE", `who signed ${title} cannot be asked offline`);
  const subject = { mediaType: MEDIA_TYPE.imageManifest, digest: manifest, size: 0 };
  const bundles = await readBundles(project.registries.reader(registry, name), subject, { signal });
  const signer = keys.find((key) => isSigned(manifest, bundles, key));
  if (!signer) {
    throw new VoxError("PACKAGE_UNSIGNED", `${title} is not signed by a signer of the registry \`${registry}\``, {
      place: { file: MANIFEST_FILE },
      hint: `ask its publisher to sign it, or take it from a registry without \`signers\``,
    });
  }
  await facts.keepFact(seen(signer), "");
}

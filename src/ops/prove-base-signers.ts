import { resolve } from "node:path";
import { parsePublicKey, type PublicKey } from "../attest/keys/public-key.ts";
import { checkSignatures } from "../attest/verify/check-signatures.ts";
import { parseStoredBase } from "../container/base-image/base-reference.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { isIndexType, MEDIA_TYPE } from "../oci/media-types.ts";
import { parseImageIndex } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import type { LockedBaseImage, MaterializedProject } from "../project/materialized-project.ts";
import { openBase } from "./lock-base-images.ts";
import type { CachePorts, ImagePorts, KeyPorts, RunPorts } from "./ports.ts";
import { readEvidence } from "./read-attached.ts";

export interface BaseSigners {
  /** Files of public keys; of `[deploy.policy] base_signers`. */
  readonly signers: readonly string[];
  /** Absolute; what those paths, and a base in a layout, are relative to. */
  readonly folder: string;
  readonly offline: boolean;
}

export type BaseSignerPorts = Pick<KeyPorts, "readKey"> &
  Pick<CachePorts, "facts"> &
  Pick<ImagePorts, "imageRepository" | "imageLayout"> &
  RunPorts;

/**
 * Refuses bases that none of the signers signed, for each platform that is built: the manifest itself, or the locked index that lists it. What
 * was proved once is remembered by digest and key, so that an unchanged base costs no request. Enforces `base-signed`.
 * @throws {VoxError} POLICY_REFUSED, KEY_INVALID, OFFLINE_UNPROVABLE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function proveBaseSigners(
  { baseImages, deploy }: Pick<MaterializedProject, "baseImages" | "deploy">,
  wanted: BaseSigners,
  ports: BaseSignerPorts,
): Promise<void> {
  const { signers, folder } = wanted;
  const keys = await mapConcurrent(signers, 1, async (path) =>
    parsePublicKey(await ports.readKey(resolve(folder, path)), `\`${path}\``),
  );
  for (const base of baseImages)
    for (const { platform, digest } of base.platforms) {
      if (!deploy.container.platforms.includes(platform)) continue;
      const seen = (key: PublicKey): string => `base ${digest} of ${base.digest}, signed by ${key.id}`;
      const known = await mapConcurrent(keys, 1, (key) => ports.facts.fact(seen(key)));
      if (known.some((fact) => fact !== undefined)) continue;
      const signer = await signerOf(base, digest, { keys, ...wanted }, ports);
      if ("faults" in signer) throw unsigned(base, platform, signer.faults);
      // A cache that cannot be written costs requests at the next run and nothing else.
      await ports.facts.keepFact(seen(signer.key), "").catch(() => undefined);
    }
}

interface Wanted extends BaseSigners {
  readonly keys: readonly PublicKey[];
}

/** Whose signature holds for a platform of a base, or why none does. */
async function signerOf(
  base: LockedBaseImage,
  manifest: Digest,
  wanted: Wanted,
  ports: BaseSignerPorts,
): Promise<{ readonly key: PublicKey } | { readonly faults: readonly string[] }> {
  const repository = openSigned(base, wanted, ports);
  const faults: string[] = [];
  for (const subject of new Set([manifest, base.digest])) {
    const evidence = await readEvidence(
      repository,
      "base",
      { mediaType: MEDIA_TYPE.imageManifest, digest: subject, size: 0 },
      ports,
    );
    for (const key of wanted.keys) {
      const [check] = checkSignatures({ manifests: [evidence] }, { keys: [key] });
      if (check?.ok !== true) faults.push(check?.detail ?? "");
      else if (subject === manifest || (await lists(repository, base, manifest, ports))) return { key };
      else faults.push(`\`${base.digest}\` does not list \`${manifest}\``);
    }
  }
  return { faults };
}

/** A project carries bases without what is attached to them. */
function openSigned(base: LockedBaseImage, { folder, offline }: Wanted, ports: BaseSignerPorts): Repository {
  const reference = parseStoredBase(base.reference);
  if (!offline || reference.kind === "layout") return openBase(reference, folder, ports);
  throw new VoxError("OFFLINE_UNPROVABLE", `who signed the base \`${base.reference}\` cannot be asked offline`);
}

async function lists(
  repository: Repository,
  { digest }: LockedBaseImage,
  manifest: Digest,
  { signal }: RunPorts,
): Promise<boolean> {
  const root = await repository.resolve(digest, { signal, toRead: true });
  if (root?.digest !== digest || !isIndexType(root.mediaType)) return false;
  const source = { mediaType: root.mediaType, what: `the base's index \`${digest}\`` };
  const { manifests } = parseImageIndex(await readContent(repository, root, { signal }), source);
  return manifests.some((entry) => entry.digest === manifest);
}

const unsigned = ({ reference }: LockedBaseImage, platform: string, faults: readonly string[]): VoxError =>
  new VoxError(
    "POLICY_REFUSED",
    `the base \`${reference}\` for ${platform} is not signed by \`[deploy.policy] base_signers\`: ${[...new Set(faults)].join("; ")}`,
    {
      place: { file: MANIFEST_FILE },
      hint: "name a base that one of these keys signed, or its signer's key in `base_signers`",
    },
  );

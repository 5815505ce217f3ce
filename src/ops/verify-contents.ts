import { counted } from "../core/counted.ts";
import { basename, dirname } from "node:path";
import type { ParsedProvenance } from "../attest/provenance/parse-provenance.ts";
import { checkContents, checkDependencies, type ExpectedPackage } from "../attest/verify/check-layers.ts";
import type { TrustCheck } from "../attest/verify/evidence.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { parseLock } from "../pm/lockfile/parse-lock.ts";
import type { CachePorts, FolderPorts, ImagePorts, RunPorts } from "./ports.ts";
import type { ImagePlace, ReadImage, ReadPlatform } from "./read-image.ts";
import { LayerReader } from "./verify-layers.ts";
import {
  bindLock,
  checkLockDigest,
  type KnownBase,
  type LockBinding,
  lockedBase,
  packagesOfLock,
  packagesOfProvenance,
} from "./verify-lock-binding.ts";

/** The lock that an image is held against. */
export interface LockWish {
  /** Absolute. */
  readonly path: string;
  /** `--package`; else the image's title says which member it is. */
  readonly member: string | undefined;
}

/** What was learnt of an image before its layers are read. */
export interface ImageFacts {
  readonly image: ReadImage;
  readonly provenance: ParsedProvenance | undefined;
  /** Whether a believed key signed it, and every check of that holds. */
  readonly trusted: boolean;
}

type ContentPorts = Pick<FolderPorts, "projectFiles"> &
  Pick<CachePorts, "documents" | "facts"> &
  Pick<ImagePorts, "imageRepository" | "imageLayout"> &
  RunPorts;

interface ContentOptions {
  readonly lock?: LockWish;
  readonly offline: boolean;
}

/**
 * The lock's digest, then for each platform its base, its dependencies and what else is there; layers are streamed, never held.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID, DEPENDENCY_UNKNOWN
 */
export async function contentChecks(
  { repository }: ImagePlace,
  facts: ImageFacts,
  options: ContentOptions,
  ports: ContentPorts,
): Promise<readonly TrustCheck[]> {
  const { image } = facts;
  const binding = options.lock && (await readBinding(options.lock, image, ports));
  const checks: TrustCheck[] = binding ? [checkLockDigest(image, binding)] : [];
  const reader = new LayerReader(repository, ports);
  for (const platform of image.platforms) {
    const base = binding && (await baseCheck(platform, binding, facts.trusted, options.offline, ports));
    const judged = await reader.judge(platform, {
      baseLayers: base?.layers,
      engineBuilt: facts.trusted && facts.provenance?.engineBuilt === true,
    });
    const expected = expectedPackages(platform, binding, facts.provenance);
    checks.push(
      ...(base ? [base.check] : []),
      ...(expected ? [checkDependencies(judged, expected)] : []),
      checkContents(judged),
    );
  }
  return checks;
}

async function readBinding(wish: LockWish, image: ReadImage, ports: ContentPorts): Promise<LockBinding> {
  const folder = dirname(wish.path);
  const text = await ports.projectFiles(folder).readText(basename(wish.path));
  if (text === undefined)
    throw new VoxError("LOCK_MISSING", `there is no \`${wish.path}\``, { hint: "name one with `--lock FILE`" });
  return bindLock(parseLock(text, wish.path), image, folder, wish.member);
}

const expectedPackages = (
  { platform }: ReadPlatform,
  binding: LockBinding | undefined,
  provenance: ParsedProvenance | undefined,
): readonly ExpectedPackage[] | undefined =>
  binding ? packagesOfLock(binding, platform, provenance) : provenance && packagesOfProvenance(provenance, platform);

interface BaseCheck {
  readonly check: TrustCheck;
  /** How many layers the base has; undefined where that is not known. */
  readonly layers: number | undefined;
}

async function baseCheck(
  platform: ReadPlatform,
  binding: LockBinding,
  trusted: boolean,
  offline: boolean,
  ports: ContentPorts,
): Promise<BaseCheck> {
  const id = `base ${platform.platform}`;
  try {
    const base = await lockedBase(platform, binding, offline, ports);
    if ("unknown" in base) {
      const detail = `the base is not at hand (${base.unknown}); its layers rest on the signature${trusted ? "" : ", and there is none to believe"}`;
      return { check: { id, ok: trusted, detail, restsOn: "signature" }, layers: undefined };
    }
    return { check: { id, restsOn: "lock", ...sameLayers(platform, base) }, layers: base.layers.length };
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!isVoxError(error)) throw error;
    return { check: { id, ok: false, detail: error.message, restsOn: "lock" }, layers: undefined };
  }
}

function sameLayers({ document }: ReadPlatform, base: KnownBase): Pick<TrustCheck, "ok" | "detail"> {
  const at = base.layers.findIndex((digest, index) => document.layers[index]?.digest !== digest);
  if (at < 0) return { ok: true, detail: `${counted(base.layers.length, "layer")} of ${base.detail}` };
  return {
    ok: false,
    detail: `layer ${at + 1} is \`${document.layers[at]?.digest ?? "missing"}\`, and the base's is \`${base.layers[at]}\``,
  };
}

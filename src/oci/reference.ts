import { type Digest, isDigest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";

/** Names an image in a registry; at least one of `tag` and `digest` is there, and the digest decides when both are. */
export interface ImageReference {
  /** `host` or `host:port`; Docker Hub is `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Where a registry of packages begins: every package is a repository under it (contracts, §5). */
export interface RegistryBase {
  readonly host: string;
  /** Repository path without slashes at its ends; may be empty. */
  readonly prefix: string;
}

const DOCKER_HUB = "docker.io";
const HUB_ALIASES: ReadonlySet<string> = new Set([DOCKER_HUB, "index.docker.io", "registry-1.docker.io"]);
const HOST_PATTERN = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?$/;
const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY_PATTERN = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_REPOSITORY_LENGTH = 255;

/**
 * Reads a reference as Docker does: `node:22` is `docker.io/library/node:22`, and without tag and digest the tag is `latest`.
 * @throws {VoxError} REFERENCE_INVALID
 */
export function parseImageReference(text: string): ImageReference {
  const [name = "", digest, ...rest] = text.split("@");
  if (rest.length > 0) throw invalid(text, "it has two digests");
  if (digest !== undefined && !isDigest(digest)) throw invalid(text, "what follows `@` is not a sha256 digest");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) throw invalid(text, `\`${tag}\` is not a tag`);
  const { registry, repository } = splitName(tag === undefined ? name : name.slice(0, colon), text);
  return {
    registry,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: "latest" }),
    ...(digest !== undefined && { digest }),
  };
}

/** The full form, which parses to the same reference. */
export const formatImageReference = (reference: ImageReference): string =>
  `${formatRepository(reference)}${reference.tag ? `:${reference.tag}` : ""}${reference.digest ? `@${reference.digest}` : ""}`;

/** Whether two texts name one image: `node:22` and `docker.io/library/node:22` do. What is no reference is compared as it is. */
export function sameImage(left: string, right: string): boolean {
  if (left === right) return true;
  try {
    return formatImageReference(parseImageReference(left)) === formatImageReference(parseImageReference(right));
  } catch {
    return false;
  }
}

/** `registry/repository`, without tag and digest. */
export const formatRepository = (reference: Pick<ImageReference, "registry" | "repository">): string =>
  `${reference.registry}/${reference.repository}`;

/** What stands after `/manifests/`: the digest, else the tag. */
export const referenceTarget = (reference: ImageReference): string => reference.digest ?? reference.tag ?? "latest";

/**
 * A repository path of the distribution-spec ("Pulling manifests"), at most 255 characters.
 * @throws {VoxError} REFERENCE_INVALID
 */
export function parseRepositoryPath(text: string): string {
  if (isRepositoryPath(text)) return text;
  throw invalid(text, "a repository is lower-case letters and digits, joined by `.`, `_`, `-` and `/`");
}

export const isTag = (text: string): boolean => TAG_PATTERN.test(text);

/**
 * A tag of the distribution-spec: a letter, digit or `_`, then at most 127 of those, `.` and `-`.
 * @throws {VoxError} REFERENCE_INVALID
 */
export function parseTag(text: string): string {
  if (isTag(text)) return text;
  throw invalid(text, "a tag is at most 128 letters, digits, `_`, `.` and `-`");
}

/**
 * `oci://host[:port]/prefix`, as `[registries]` and VOX_REGISTRY name a registry of packages.
 * @throws {VoxError} LOCATION_INVALID
 */
export function parseRegistryBase(text: string): RegistryBase {
  const match = /^oci:\/\/([^/]+)(?:\/(.*?))?\/?$/.exec(text);
  const [, host = "", prefix = ""] = match ?? [];
  if (!match || !HOST_PATTERN.test(host) || (prefix !== "" && !isRepositoryPath(prefix))) {
    throw new VoxError("LOCATION_INVALID", `\`${text}\` is not the location of an OCI registry`, {
      hint: "write it as `oci://host[:port]/prefix`",
    });
  }
  return { host: canonicalHost(host), prefix };
}

/** The repository of one package under a base. */
export const repositoryUnder = (base: RegistryBase, name: string): string => (base.prefix ? `${base.prefix}/${name}` : name);

const isRepositoryPath = (text: string): boolean => text.length <= MAX_REPOSITORY_LENGTH && REPOSITORY_PATTERN.test(text);

/** Lower case, and one name for Docker Hub. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return HUB_ALIASES.has(lower) ? DOCKER_HUB : lower;
}

/** The host that answers a registry's API. */
export const apiHost = (registry: string): string => (registry === DOCKER_HUB ? "registry-1.docker.io" : registry);

function splitName(name: string, text: string): Pick<ImageReference, "registry" | "repository"> {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasHost = slash >= 0 && /[.:A-Z]|^localhost$/.test(first);
  const registry = hasHost ? canonicalHost(first) : DOCKER_HUB;
  const path = hasHost ? name.slice(slash + 1) : name;
  const repository = registry === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  if (!HOST_PATTERN.test(registry)) throw invalid(text, `\`${registry}\` is not a host`);
  if (!isRepositoryPath(repository)) throw invalid(text, `\`${path}\` is not a repository`);
  return { registry, repository };
}

const invalid = (text: string, why: string): VoxError =>
  new VoxError("REFERENCE_INVALID", `\`${text}\` cannot be read as an image reference: ${why}`, {
    hint: "write it as `host/repository:tag` or `host/repository@sha256:…`",
  });

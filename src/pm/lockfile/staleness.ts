import semver from "semver";
import { packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import { type RequirementSource, semverRangeText } from "../manifest/requirement.ts";
import type { Activation } from "./activate.ts";
import { buildLock } from "./build-lock.ts";
import type { DesiredState } from "./desired-state.ts";
import { folderOf, type LockNode, sourcesOfProjects } from "./lock-graph.ts";
import type { LockedPackage, Lockfile } from "./lockfile.ts";
import { formatRequiresLine, parsePatchSource, parseRequiresLine } from "./requires-line.ts";

/** One way in which a lock no longer says what the manifests ask, told in one phrase. */
export type StaleReason = string;

/**
 * Why a lock is stale, from the files alone: it is built again from the manifests and its own versions, and must come
 * out the same but for ranges that still admit the locked version (contracts, §3 "Stale").
 */
export function staleReasons(lock: Lockfile, desired: DesiredState): readonly StaleReason[] {
  const chosen = lock.packages.filter((locked) => locked.source.kind !== "path");
  const rebuilt = buildLock(desired, chosen, requestedBaseImages(lock, desired));
  return [
    ...changedEntries("project", lock.projects, rebuilt.lock.projects, (project) => project.path, projectMeaning),
    ...changedEntries(
      "patch",
      lock.patches,
      rebuilt.lock.patches,
      (patch) => patch.name,
      (patch) => patch.replacement,
    ),
    ...missingPackages(rebuilt.activation),
    ...unsatisfied(rebuilt.activation, desired),
    ...changedEntries("package", lock.packages, rebuilt.lock.packages, (locked) => packageNameKey(locked.name), packageMeaning),
    ...changedEntries(
      "registry",
      lock.registries,
      rebuilt.lock.registries,
      (registry) => registry.name,
      (registry) => registry.index,
    ),
    ...baseImageReasons(lock, desired),
  ];
}

/** @throws {VoxError} LOCK_STALE naming the first reasons */
export function assertFresh(lock: Lockfile, desired: DesiredState, file = "vox.lock"): void {
  const reasons = staleReasons(lock, desired);
  if (reasons.length === 0) return;
  const more = reasons.length > 3 ? `, and ${reasons.length - 3} more` : "";
  throw new VoxError("LOCK_STALE", `\`${file}\` is stale: ${reasons.slice(0, 3).join("; ")}${more}`, { place: { file } });
}

function changedEntries<T>(
  what: string,
  locked: readonly T[],
  wanted: readonly T[],
  key: (entry: T) => string,
  meaning: (entry: T) => string,
): StaleReason[] {
  const old = new Map(locked.map((entry) => [key(entry), meaning(entry)]));
  const now = new Map(wanted.map((entry) => [key(entry), meaning(entry)]));
  return [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `${what} \`${name}\` is not locked`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `${what} \`${name}\` is no longer asked for`),
    ...[...now]
      .filter(([name, text]) => old.has(name) && old.get(name) !== text)
      .map(([name]) => `${what} \`${name}\` has changed`),
  ];
}

const projectMeaning = (project: Lockfile["projects"][number]): string =>
  JSON.stringify([project.name, withoutRanges(project.requires), project.featureTable]);

function packageMeaning(locked: LockedPackage): string {
  const { features, featureTable, dependencies, devDependencies, source } = locked;
  const requires = source.kind === "path" ? withoutRanges(locked.requires) : locked.requires;
  const path = source.kind === "path" ? source.path : "";
  return JSON.stringify([path, requires, features, featureTable, dependencies, devDependencies]);
}

/** Lines whose range alone differs mean the same as long as the locked version is admitted, which `unsatisfied` judges. */
const withoutRanges = (lines: readonly string[]): string[] =>
  lines
    .map(parseRequiresLine)
    .map((requirement) => {
      const { source } = requirement;
      return source.kind === "registry"
        ? `${source.registry} ${formatRequiresLine({ ...requirement, source: { kind: "path", path: "" } })}`
        : formatRequiresLine(requirement);
    })
    .sort();

const missingPackages = (activation: Activation): StaleReason[] =>
  activation.dangling.map(
    ({ owner, requirement }) => `\`${owner.name}\` requires \`${requirement.name}\`, which is not locked`,
  );

/** A source is decided as it is when versions are chosen: by a patch, else by the projects' own requirements, else by who asks. */
function unsatisfied(activation: Activation, desired: DesiredState): StaleReason[] {
  const patches = new Map(desired.patches.map((patch) => [packageNameKey(patch.name), parsePatchSource(patch.replacement)]));
  const projects = [...activation.nodes.values()].flatMap(({ node }) => (node.kind === "project" ? [node] : []));
  const decided = sourcesOfProjects(projects);
  return activation.links.flatMap((link) => {
    const { owner, requirement, target } = link;
    const key = packageNameKey(requirement.name);
    const patch = patches.get(key);
    const source = patch ?? (owner.kind === "package" ? decided.get(key) : undefined) ?? requirement.source;
    const elsewhere = otherSource(link, source);
    if (elsewhere !== undefined) return [elsewhere];
    const version = isLocal(target) ? desired.folderVersions.get(folderOf(target) ?? "") : versionOf(target);
    const broken = rangesOf(requirement.source, patch).find((range) => !admits(range, version));
    if (broken === undefined) return [];
    const found = isLocal(target) ? `\`${folderOf(target)}\` is ${version}` : `locked is ${version}`;
    return [`\`${owner.name}\` requires \`${requirement.name}\` ${broken}, ${found}`];
  });
}

/** Why what is locked does not come from where it is to come from. */
function otherSource(
  { owner, requirement: { name }, target }: Activation["links"][number],
  source: RequirementSource,
): StaleReason | undefined {
  switch (source.kind) {
    case "path":
      return isLocal(target) ? undefined : `\`${name}\` is asked from \`${source.path}\` and locked elsewhere`;
    case "git":
      return otherCommit(name, source, target);
    case "registry": {
      if (isLocal(target)) return `\`${name}\` is asked from a registry and locked to a folder`;
      const from = target.kind === "package" && target.source.kind === "registry" ? target.source.registry : source.registry;
      if (owner.kind !== "project" || from === source.registry) return undefined;
      return `\`${owner.name}\` requires \`${name}\` ${source.range} from \`${source.registry}\`, locked from \`${from}\``;
    }
  }
}

const versionOf = (node: LockNode): string | undefined => (node.kind === "package" ? node.version : undefined);

/** The asked ref is in the lines that are compared already; here the locked package must be of that repository, and of a commit that is named by its id. */
function otherCommit(
  name: string,
  { url, ref }: Extract<RequirementSource, { readonly kind: "git" }>,
  target: LockNode,
): StaleReason | undefined {
  if (target.kind === "project" || target.source.kind !== "git" || target.source.url !== url)
    return `\`${name}\` is asked from \`${url}\` and locked elsewhere`;
  const { commit } = target.source;
  const isOther = ref.kind === "rev" && /^[0-9a-f]{40}$/.test(ref.name) && ref.name !== commit;
  return isOther ? `\`${name}\` is asked at \`${ref.name}\` and locked at \`${commit}\`` : undefined;
}

/** A patch narrows what is asked, as it does when versions are chosen: both ranges count. */
const rangesOf = (...sources: readonly (RequirementSource | undefined)[]): readonly string[] =>
  sources.flatMap((source) => (source?.kind === "registry" ? [source.range] : []));

const admits = (range: string, version: string | undefined): boolean => semver.satisfies(version ?? "", semverRangeText(range));

const isLocal = (node: LockNode): boolean => node.kind === "project" || node.source.kind === "path";

const requestedBaseImages = (lock: Lockfile, desired: DesiredState): LockedBaseImage[] => {
  const wanted = new Set(desired.baseImages.map((request) => request.reference));
  return lock.baseImages.filter((image) => wanted.has(image.reference));
};

function baseImageReasons(lock: Lockfile, desired: DesiredState): StaleReason[] {
  const meaning = (platforms: readonly string[]): string => [...platforms].sort().join(" ");
  return changedEntries(
    "base image",
    lock.baseImages.map((image) => ({ reference: image.reference, platforms: image.platforms.map((entry) => entry.platform) })),
    desired.baseImages.map((request) => ({ reference: request.reference, platforms: request.platforms })),
    (entry) => entry.reference,
    (entry) => meaning(entry.platforms),
  );
}

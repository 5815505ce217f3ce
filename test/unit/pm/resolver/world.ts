import { parsePackageName, type PackageName } from "../../../../src/core/package-name.ts";
import type { PackageKind } from "../../../../src/core/package-kind.ts";
import {
  normaliseRange,
  type FeatureTable,
  type Requirement,
  type RequirementSource,
} from "../../../../src/pm/manifest/requirement.ts";
import { resolutionError } from "../../../../src/pm/resolver/failure.ts";
import type { YoungRelease } from "../../../../src/pm/resolver/release-age.ts";
import type { LocalPackage, Release, ResolveRequest } from "../../../../src/pm/resolver/request.ts";
import type { ResolveOutcome } from "../../../../src/pm/resolver/resolve.ts";
import { resolveSync, type ReleaseTable } from "../../../../src/pm/resolver/resolve-with.ts";

/**
 * A project and its registries in a few lines of text:
 *
 *     project app: menu ^1, dev test-kit ^2 +fast, skill review ^1, tls ^1 optional | web=dep:tls,menu/big
 *     folder shared 1.4.0: menu ^1                 a path dependency; `git lib 1.0.0:` one from git
 *     menu 1.0.0 library: icons ^1 -default        a release of registry `default`, its kind optional; `corp/menu 1.0.0` of another
 *     menu 1.1.0 yanked:                           or `young`, until March 2026, or `timeless`: too young for ever
 *     lock menu 1.0.0 · update menu · precise menu 1.0.0 · patch menu ^2
 *
 * A requirement is `[dev|skill] NAME [RANGE|path|git] [from REGISTRY] [+FEATURE]… [-default] [optional]`; `|` begins a feature.
 */
export interface World {
  readonly request: ResolveRequest;
  readonly table: ReleaseTable;
  readonly releases: readonly ListedRelease[];
}

export interface ListedRelease {
  readonly registry: string;
  readonly yanked: boolean;
  readonly young?: YoungRelease;
  readonly release: Release;
}

const KINDS = ["library", "application", "skill", "agent", "workflow", "component", "snippet", "workspace"] as const;

export function world(text: string): World {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/ {2,}#.*$/, "").trim())
    .filter((line) => line !== "");
  const locals: LocalPackage[] = [];
  const releases: ListedRelease[] = [];
  const preferred = new Map<PackageName, string>();
  const precise = new Map<PackageName, string>();
  const unlocked = new Set<PackageName>();
  const patches: { name: PackageName; requirement: Requirement }[] = [];
  for (const line of lines) {
    const [word = "", name = "", rest = ""] = line.split(/[ :]+/);
    if (word === "lock") preferred.set(parsePackageName(name), rest);
    else if (word === "precise") precise.set(parsePackageName(name), rest);
    else if (word === "update") unlocked.add(parsePackageName(name));
    else if (word === "patch")
      patches.push({ name: parsePackageName(name), requirement: parseRequirement(line.slice("patch ".length)) });
    else if (word === "project") locals.push({ ...local(line), source: { kind: "path", path: name }, isMember: true });
    else if (word === "folder") locals.push({ ...local(line), source: { kind: "path", path: `../${name}` }, isMember: false });
    else if (word === "git")
      locals.push({
        ...local(line),
        source: { kind: "git", url: `https://example.com/${name}.git`, commit: "0".repeat(40) },
        isMember: false,
      });
    else releases.push(parseRelease(line));
  }
  const request = { locals, preferred, precise, patches, unlocked };
  return { request, releases, table: tableOf(releases) };
}

export function tableOf(releases: readonly ListedRelease[]): ReleaseTable {
  const byName = new Map<string, ListedRelease[]>();
  for (const item of releases) {
    const key = `${item.registry}/${item.release.name}`;
    const known = byName.get(key);
    if (known) known.push(item);
    else byName.set(key, [item]);
  }
  const named = (registry: string, name: string): readonly ListedRelease[] | undefined =>
    byName.get(`${registry}/${name}`) ??
    byName.get(`${registry}/${name.replaceAll("_", "-")}`) ??
    byName.get(`${registry}/${name.replaceAll("-", "_")}`);
  return {
    versions: (registry, name) =>
      named(registry, name)?.map(({ release, yanked, young }) => ({
        version: release.version,
        yanked,
        ...(young && { young }),
      })),
    release: (registry, name, version) => named(registry, name)?.find(({ release }) => release.version === version)?.release,
  };
}

export const solve = (text: string): ResolveOutcome => {
  const { request, table } = world(text);
  return resolveSync(request, table);
};

/** What a person would see. */
export function render(outcome: ResolveOutcome): string {
  if (outcome.kind !== "resolved") {
    const error = resolutionError(outcome);
    return `error[${error.code}]: ${error.message}\nhint: ${error.hint}`;
  }
  const { members, packages } = outcome.resolution;
  const edges = (item: { dependencies: readonly string[]; devDependencies: readonly string[] }): string =>
    [...item.dependencies, ...item.devDependencies.map((name) => `${name} (dev)`)].join(", ");
  return [
    ...members.map((member) => `${member.name} -> ${edges(member) || "nothing"}`),
    ...packages.map((item) => {
      const from =
        item.source.kind === "registry"
          ? item.source.registry === "default"
            ? ""
            : ` from ${item.source.registry}`
          : ` from ${item.source.kind}`;
      const features = item.features.length > 0 ? ` [${item.features.join(" ")}]` : "";
      return `${item.name} ${item.version}${from}${features}${edges(item) ? ` -> ${edges(item)}` : ""}`;
    }),
  ].join("\n");
}

function local(line: string): Release {
  const [head = "", tail = ""] = splitOnce(line, ":");
  const [word, name = "", ...rest] = head.split(/ +/);
  const { requirements, features } = parseBody(tail);
  const kind = kindIn(rest) ?? (word === "project" ? "application" : "library");
  const version = rest.find((item) => /^\d/.test(item)) ?? "0.1.0";
  return { name: parsePackageName(name), version, kind, requirements, features };
}

function parseRelease(line: string): ListedRelease {
  const [head = "", tail = ""] = splitOnce(line, ":");
  const [path = "", version = "", ...rest] = head.split(/ +/);
  const [name = "", registry = "default"] = path.split("/").reverse();
  const { requirements, features } = parseBody(tail, registry);
  const release = { name: parsePackageName(name), version, kind: kindIn(rest) ?? "library", requirements, features };
  const young = YOUNG[rest.find((word) => Object.hasOwn(YOUNG, word)) ?? ""];
  return { registry, yanked: rest.includes("yanked"), ...(young && { young }), release };
}

const YOUNG: Readonly<Record<string, YoungRelease>> = { young: { from: "2026-03-01T00:00:00Z" }, timeless: {} };

const kindIn = (words: readonly string[]): PackageKind | undefined => KINDS.find((kind) => words.includes(kind));

function parseBody(text: string, registry = "default"): { requirements: readonly Requirement[]; features: FeatureTable } {
  const [asked = "", ...features] = text.split(" | ").map((part) => part.trim());
  const entries = features.map((feature) => {
    const [name = "", items = ""] = splitOnce(feature, "=");
    return [
      name,
      items
        .split(",")
        .filter((item) => item !== "")
        .sort(),
    ] as const;
  });
  const requirements = asked
    .replace(/^\|.*/, "")
    .split(", ")
    .filter((item) => item !== "" && item !== "nothing");
  return { requirements: requirements.map((item) => parseRequirement(item, registry)), features: Object.fromEntries(entries) };
}

export function parseRequirement(text: string, registry = "default"): Requirement {
  const words = text.trim().split(/ +/);
  const scope = words[0] === "dev" || words[0] === "skill" ? words[0] : "normal";
  const [name = "", ...rest] = scope === "normal" ? words : words.slice(1);
  const from = rest.indexOf("from");
  const plain = rest.filter((word, index) => !/^[+-]/.test(word) && word !== "optional" && (from < 0 || index < from));
  return {
    name: parsePackageName(name),
    scope,
    source: sourceOf(plain.join(""), from < 0 ? registry : (rest[from + 1] ?? "default")),
    features: rest.flatMap((word) => (word.startsWith("+") ? [word.slice(1)] : [])).sort(),
    defaultFeatures: !rest.includes("-default"),
    optional: rest.includes("optional"),
  };
}

function sourceOf(text: string, registry: string): RequirementSource {
  if (text === "path") return { kind: "path", path: "../somewhere" };
  if (text === "git") return { kind: "git", url: "https://example.com/lib.git", ref: { kind: "default" } };
  return { kind: "registry", registry, range: normaliseRange(text === "" ? "*" : text) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + separator.length)];
}

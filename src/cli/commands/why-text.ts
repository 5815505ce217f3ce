import type { LockExplanation } from "../../ops/explain-lock.ts";
import type { LockNode } from "../../pm/lockfile/lock-graph.ts";
import type { Ask } from "../../pm/lockfile/why-locked.ts";
import type { Requirement } from "../../pm/manifest/requirement.ts";
import { treeLines, type TextBranch } from "./tree-text.ts";

/** The answer of `vox why`, for somebody who reads such an answer for the first time. */
export function whyLines(found: LockExplanation): string[] {
  const { why, versionOf } = found;
  const { node, reasons } = why;
  const title = named(node, versionOf);
  if (reasons.length === 0) return [`${title} is a package of this workspace: no other member asks for it`];
  const count = reasons.length === 1 ? "one reason, which begins" : `${reasons.length} reasons, each of which begins`;
  return [
    `${title} is locked for ${count} in a Vox.toml of yours:`,
    ...reasons.flatMap((way) => ["", ...treeLines(wayBranch(way, versionOf)).map((line) => `  ${line}`)]),
    "",
    ...versionLines(found),
    ...featureLines(found),
  ];
}

type VersionOf = LockExplanation["versionOf"];

const named = (node: LockNode, versionOf: VersionOf): string =>
  [node.name, versionOf(node)].filter((part) => part !== undefined).join(" ");

/** What a requirement asks for, as people write it. */
export function askedOf({ source }: Requirement): string {
  switch (source.kind) {
    case "registry":
      return source.range;
    case "path":
      return `the folder ${source.path}`;
    case "git":
      return `${source.url}${source.ref.kind === "default" ? "" : ` at ${source.ref.kind} ${source.ref.name}`}`;
  }
}

const wayBranch = ([ask, ...rest]: readonly Ask[], versionOf: VersionOf): TextBranch => ({
  text: ask ? askText(ask, versionOf) : "",
  branches: rest.length === 0 ? [] : [wayBranch(rest, versionOf)],
});

function askText({ owner, requirement, because }: Ask, versionOf: VersionOf): string {
  const { name, scope, features, defaultFeatures } = requirement;
  const who = owner.kind === "project" ? owner.name : named(owner, versionOf);
  const wishes = [
    ...(features.length > 0 ? [`with ${featureWord(features)}`] : []),
    ...(defaultFeatures ? [] : ["without its default features"]),
    ...(because.length > 0 ? [`because ${featureWord(because)} of ${owner.name} is on`] : []),
  ];
  return [`${who} requires ${name} ${askedOf(requirement)}`, SCOPE_WORDS[scope], ...wishes]
    .filter((part) => part !== "")
    .join(" ");
}

const SCOPE_WORDS: Readonly<Record<Requirement["scope"], string>> = { normal: "", dev: "for development", skill: "as a skill" };

const featureWord = (features: readonly string[]): string => `feature${features.length === 1 ? "" : "s"} ${listed(features)}`;

function versionLines({ why, patch, versionOf }: LockExplanation): string[] {
  const { node, ceiling } = why;
  const version = versionOf(node);
  if (patch !== undefined) return [`[patch.${node.name}] in your Vox.toml decides what is taken: ${patch}`];
  if (node.kind === "project" || node.source.kind === "path") return ["Its version is what the Vox.toml in its folder says."];
  if (node.source.kind === "git") return [`Its commit stays ${node.source.commit} until \`vox update ${node.name}\`.`];
  if (!ceiling)
    return [
      `Why ${version} and none higher: nobody sets a limit, and vox.lock keeps what fits.`,
      `\`vox outdated\` tells whether there is a higher one, and \`vox update ${node.name}\` takes it.`,
    ];
  const askers = [...new Set(ceiling.asks.map((ask) => `${ask.owner.name} (${askedOf(ask.requirement)})`))];
  const limit = ceiling.admitted ? `what is above ${ceiling.version}` : `${ceiling.version} and above`;
  const refusal = `${listed(askers)} ${askers.length === 1 ? "leaves" : "leave"} out ${limit}`;
  if (ceiling.admitted && ceiling.version === version) return [`Why ${version} and none higher: ${refusal}.`];
  return [
    `Why ${version} and none higher: ${refusal}, and below that vox.lock keeps what fits.`,
    `\`vox outdated\` tells whether there is a higher one that fits, and \`vox update ${node.name}\` takes it.`,
  ];
}

function featureLines({ why }: LockExplanation): string[] {
  const own = why.features.filter((feature) => feature !== "default" || Object.hasOwn(why.node.featureTable, feature));
  return own.length === 0 ? [] : [`Features that are on: ${listed(own)}.`];
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;

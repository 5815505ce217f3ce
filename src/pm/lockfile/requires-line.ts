import { isPackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import {
  type FeatureTable,
  type GitRef,
  normaliseRange,
  type Requirement,
  type RequirementSource,
} from "../manifest/requirement.ts";

/**
 * One requirement on one line of vox.lock:
 * `[dev |skill ]NAME SOURCE[ registry:NAME][ +FEATURE,…][ -default][ optional]`,
 * where SOURCE is a range without spaces, `path:DIR` or `git:URL[?branch=|?tag=|?rev=…]`;
 * a space or `%` inside SOURCE is percent-encoded.
 */
export function formatRequiresLine(requirement: Requirement): string {
  const { scope, name, source, features, defaultFeatures, optional } = requirement;
  return [
    ...(scope === "normal" ? [] : [scope]),
    name,
    ...formatSource(source),
    ...(features.length > 0 ? [`+${features.join(",")}`] : []),
    ...(defaultFeatures ? [] : ["-default"]),
    ...(optional ? ["optional"] : []),
  ].join(" ");
}

/** @throws {VoxError} LOCK_INVALID */
export function parseRequiresLine(line: string): Requirement {
  const words = line.split(" ");
  const scope = scopeOf(words);
  const [name, sourceText, ...rest] = scope === "normal" ? words : words.slice(1);
  if (!name || !sourceText || !isPackageName(name)) throw badLine(line);
  const registry = takePrefixed(rest, "registry:") ?? "default";
  const features = takePrefixed(rest, "+")?.split(",") ?? [];
  const defaultFeatures = !takeWord(rest, "-default");
  const optional = takeWord(rest, "optional");
  if (rest.length > 0) throw badLine(line);
  return { name, scope, source: parseSource(sourceText, registry, line), features, defaultFeatures, optional };
}

/** `name=item,item` of a `feature-table`, sorted by name. */
export const formatFeatureTable = (table: FeatureTable): string[] =>
  Object.keys(table)
    .sort()
    .map((feature) => `${feature}=${(table[feature] ?? []).join(",")}`);

/** @throws {VoxError} LOCK_INVALID */
export function parseFeatureTable(lines: readonly string[]): FeatureTable {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      if (at < 1) throw new VoxError("LOCK_INVALID", `\`${line}\` is not a line of a feature table`);
      const items = line.slice(at + 1);
      return [line.slice(0, at), items === "" ? [] : items.split(",")];
    }),
  );
}

/** The replacement of a `[[patch]]`, in the words of a requires line's source. */
export const formatPatchSource = (source: RequirementSource): string => formatSource(source).join(" ");

/** @throws {VoxError} LOCK_INVALID */
export function parsePatchSource(text: string): RequirementSource {
  const [source = "", ...rest] = text.split(" ");
  return parseSource(source, takePrefixed(rest, "registry:") ?? "default", text);
}

function formatSource(source: RequirementSource): string[] {
  switch (source.kind) {
    case "registry":
      return source.registry === "default" ? [source.range] : [source.range, `registry:${source.registry}`];
    case "path":
      return [`path:${escapeSpaces(source.path)}`];
    case "git":
      return [
        `git:${escapeSpaces(source.url)}${source.ref.kind === "default" ? "" : `?${source.ref.kind}=${escapeSpaces(source.ref.name)}`}`,
      ];
  }
}

function parseSource(text: string, registry: string, line: string): RequirementSource {
  if (text.startsWith("path:")) return { kind: "path", path: decodeURIComponent(text.slice("path:".length)) };
  if (text.startsWith("git:")) return parseGitSource(text.slice("git:".length));
  try {
    return { kind: "registry", registry, range: normaliseRange(text) };
  } catch (cause) {
    throw badLine(line, cause);
  }
}

const GIT_REF = /^(.*)\?(branch|tag|rev)=(.*)$/;

function parseGitSource(text: string): RequirementSource {
  const match = GIT_REF.exec(text);
  const [, url = text, kind, name = ""] = match ?? [];
  const ref: GitRef =
    kind === "branch" || kind === "tag" || kind === "rev" ? { kind, name: decodeURIComponent(name) } : { kind: "default" };
  return { kind: "git", url: decodeURIComponent(url), ref };
}

/** A package may be called `dev` or `skill`: the first word is a scope when a name and a source follow it. */
function scopeOf(words: readonly string[]): Requirement["scope"] {
  const [first, second = "", third = ""] = words;
  const scoped = isPackageName(second) && third !== "" && !isOptionWord(third);
  return scoped && (first === "dev" || first === "skill") ? first : "normal";
}

const isOptionWord = (word: string): boolean => word === "optional" || word === "-default" || /^(\+|registry:)/.test(word);

const escapeSpaces = (text: string): string => text.replaceAll(/[%\s]/gu, encodeURIComponent);

function takePrefixed(words: string[], prefix: string): string | undefined {
  const index = words.findIndex((word) => word.startsWith(prefix));
  return index < 0 ? undefined : words.splice(index, 1)[0]?.slice(prefix.length);
}

function takeWord(words: string[], wanted: string): boolean {
  const index = words.indexOf(wanted);
  if (index >= 0) words.splice(index, 1);
  return index >= 0;
}

const badLine = (line: string, cause?: unknown): VoxError =>
  new VoxError("LOCK_INVALID", `\`${line}\` is not a requires line`, { cause });

import { nearestWord } from "../../core/nearest-word.ts";
import { packageNameKey } from "../../core/package-name.ts";
import { type ManifestSource, manifestError } from "./manifest-fault.ts";
import type { FeatureTable, Requirement } from "./requirement.ts";

/** What one item of a feature asks for, in cargo's syntax. */
export type FeatureItem =
  | { readonly kind: "feature"; readonly name: string }
  | { readonly kind: "dependency"; readonly name: string }
  | { readonly kind: "feature-of"; readonly name: string; readonly feature: string; readonly weak: boolean };

/** `name`, `dep:name`, `name/feature` or `name?/feature`; `undefined` when it is none of them. */
export function parseFeatureItem(text: string): FeatureItem | undefined {
  const match = /^(?:dep:(?<dependency>[^/:?]+)|(?<owner>[^/:?]+)(?<weak>\?)?\/(?<feature>[^/:?]+)|(?<name>[^/:?]+))$/.exec(
    text,
  );
  const { dependency, owner, weak, feature, name } = match?.groups ?? {};
  if (dependency !== undefined) return { kind: "dependency", name: dependency };
  if (owner !== undefined && feature !== undefined)
    return { kind: "feature-of", name: owner, feature, weak: weak !== undefined };
  return name === undefined ? undefined : { kind: "feature", name };
}

export function formatFeatureItem(item: FeatureItem): string {
  switch (item.kind) {
    case "feature":
      return item.name;
    case "dependency":
      return `dep:${item.name}`;
    case "feature-of":
      return `${item.name}${item.weak ? "?" : ""}/${item.feature}`;
  }
}

/**
 * `[features]` with every reference checked and dependencies called by the name that their table gives them.
 * @throws {VoxError} MANIFEST_INVALID
 */
export function parseFeatures(
  source: ManifestSource,
  raw: Readonly<Record<string, readonly string[]>>,
  requirements: readonly Requirement[],
): FeatureTable {
  const names = new Set(Object.keys(raw));
  const hidden = new Set(
    Object.values(raw)
      .flat()
      .flatMap((item) => (item.startsWith("dep:") ? [packageNameKey(item.slice(4))] : [])),
  );
  const known = { names, hidden, requirements };
  const clash = requirements.find(({ name, optional }) => optional && names.has(name) && !hidden.has(packageNameKey(name)));
  if (clash)
    throw manifestError(
      source,
      ["features", clash.name],
      "is also the feature of the optional dependency of that name",
      `write \`dep:${clash.name}\` in it`,
    );
  return Object.fromEntries(
    Object.keys(raw)
      .sort()
      .map((feature) => [feature, sortedUnique((raw[feature] ?? []).map((item) => checkedItem(source, feature, item, known)))]),
  );
}

interface KnownNames {
  readonly names: ReadonlySet<string>;
  /** Optional dependencies that some feature names with `dep:`, which takes their implicit feature away; by name key. */
  readonly hidden: ReadonlySet<string>;
  readonly requirements: readonly Requirement[];
}

function checkedItem(source: ManifestSource, feature: string, text: string, known: KnownNames): string {
  const fault = (phrase: string, hint?: string): Error =>
    manifestError(source, ["features", feature], `has \`${text}\`, ${phrase}`, hint);
  const item = parseFeatureItem(text);
  if (item === undefined || text.trim() !== text || /[\s,=]/.test(text)) {
    throw fault("which is no feature", "write `name`, `dep:name`, `name/feature` or `name?/feature`");
  }
  if (item.kind === "feature" && known.names.has(item.name)) return text;
  const found = known.requirements.filter(({ name }) => packageNameKey(name) === packageNameKey(item.name));
  const [first] = found;
  if (first === undefined) throw fault(...unknownReference(item, known));
  const optional = found.some((requirement) => requirement.optional);
  if (item.kind === "dependency" && !optional)
    throw fault("but that dependency is not optional", `add \`optional = true\` to \`${first.name}\``);
  if (item.kind === "feature-of" && item.weak && !optional)
    throw fault("but that dependency is not optional", `write \`${first.name}/${item.feature}\``);
  if (item.kind === "feature" && (!optional || known.hidden.has(packageNameKey(item.name))))
    throw fault(
      "which is a dependency and no feature",
      optional ? `write \`dep:${first.name}\`` : `add \`optional = true\` to \`${first.name}\``,
    );
  return formatFeatureItem({ ...item, name: first.name });
}

function unknownReference(item: FeatureItem, { names, requirements }: KnownNames): [string, string?] {
  const dependencies = requirements.map(({ name }) => name);
  const nearest = nearestWord(item.name, item.kind === "feature" ? [...names, ...dependencies] : dependencies);
  const what =
    item.kind === "feature"
      ? "which is neither a feature nor an optional dependency"
      : `and there is no dependency \`${item.name}\``;
  return nearest === undefined ? [what] : [what, `did you mean \`${nearest}\`?`];
}

const sortedUnique = (items: readonly string[]): string[] => [...new Set(items)].sort();

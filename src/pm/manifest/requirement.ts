import type { Brand } from "../../core/brand.ts";
import { memoized } from "../../core/memoized.ts";
import type { PackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";

/** A semver range in one word, such as `^2.1`, `>=1,<3` or `^1||^2`: `,` is AND, `||` is OR. */
export type VersionRange = Brand<string, "VersionRange">;

/** `OPERATOR MAJOR[.MINOR[.PATCH[-PRE][+BUILD]]]`, a trailing part being `*` or left out: all that the `semver` library takes of it. */
const COMPARATOR =
  /^(?<operator>[<>]=?|[=^~])?(?<numbers>(?:0|[1-9]\d{0,14})(?:\.(?:0|[1-9]\d{0,14})){0,2}(?<wildcard>(?:\.[*xX]){1,2})?)(?:-(?<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

const PADDED_NUMBER = /(?:^|\.)0\d+(?:\.|$)/;

const ANY_VERSION = /^[*xX]$/;

/**
 * Cargo's reading of a range, without spaces: a bare `2.1` is `^2.1`, a wildcard is written `*`, build metadata is dropped.
 * @throws {VoxError} VERSION_INVALID
 */
export const normaliseRange: (text: string) => VersionRange = memoized((text) => {
  const alternatives = text.split("||").map((alternative) => alternative.split(",").map(normaliseComparator));
  const range = alternatives.map((comparators) => comparators.join(",")).join("||");
  if (alternatives.flat().includes(undefined)) {
    throw new VoxError("VERSION_INVALID", `\`${text}\` is not a version requirement`, {
      hint: "write it as `^1.2`, `=1.2.3` or `>=1, <3`",
    });
  }
  return range as VersionRange;
});

/** The same range as the `semver` library writes it. */
export const semverRangeText = (range: string): string => range.replaceAll(",", " ");

function normaliseComparator(text: string): string | undefined {
  const comparator = text.trim().replace(/^([<>=^~]+)\s+/, "$1");
  if (ANY_VERSION.test(comparator)) return "*";
  const groups = COMPARATOR.exec(comparator)?.groups;
  if (groups === undefined) return undefined;
  const { operator, numbers = "", wildcard, pre } = groups;
  const parts = numbers.split(".").length;
  if (parts > 3 || (pre !== undefined && (wildcard !== undefined || parts < 3 || PADDED_NUMBER.test(pre)))) return undefined;
  const prefix = operator ?? (wildcard === undefined ? "^" : "");
  return `${prefix}${numbers.replaceAll(/[xX]/g, "*")}${pre === undefined ? "" : `-${pre}`}`;
}

/** Where a dependency is to come from, as a manifest asks. */
export type RequirementSource =
  | {
      readonly kind: "registry";
      /** The name under `[registries]`; `default` unless said. */
      readonly registry: string;
      /** Normalised range; see `normaliseRange`. */
      readonly range: VersionRange;
    }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "git"; readonly url: string; readonly ref: GitRef };

export type GitRef = { readonly kind: "default" } | { readonly kind: "branch" | "tag" | "rev"; readonly name: string };

/** One line of `[dependencies]`, `[dev-dependencies]` or `[skills]`, of a registry's metadata, or of a lock's `requires`. */
export interface Requirement {
  readonly name: PackageName;
  readonly scope: "normal" | "dev" | "skill";
  readonly source: RequirementSource;
  /** Sorted. */
  readonly features: readonly string[];
  readonly defaultFeatures: boolean;
  readonly optional: boolean;
}

/** A feature's items (`name`, `dep:name`, `name/feature`, `name?/feature`) by its name, both sorted. */
export type FeatureTable = Readonly<Record<string, readonly string[]>>;

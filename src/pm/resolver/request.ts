import type { PackageName } from "../../core/package-name.ts";
import type { Platform } from "../../core/platform.ts";
import type { PackageKind } from "../../core/package-kind.ts";
import type { FeatureTable, Requirement } from "../manifest/requirement.ts";
import type { ListedVersion } from "./version-list.ts";

/** What one version of a package asks: all that the resolver knows of it. */
export interface Release {
  /** As published; `-` and `_` may differ from how others write it. */
  readonly name: PackageName;
  readonly version: string;
  readonly kind: PackageKind;
  readonly requirements: readonly Requirement[];
  readonly features: FeatureTable;
  readonly platforms?: readonly Platform[];
}

export type LocalSource =
  { readonly kind: "path"; readonly path: string } | { readonly kind: "git"; readonly url: string; readonly commit: string };

/** A package that is there as a folder: a workspace member, a `path` dependency, or a git dependency that was fetched. */
export interface LocalPackage extends Release {
  readonly source: LocalSource;
  /** A member's own requirements, dev ones and optional ones included, all hold; of other folders only what is asked of them. */
  readonly isMember: boolean;
}

/** What a resolution starts from (contracts, §§2, 3). */
export interface ResolveRequest {
  /** Members and every folder that a path or git requirement leads to. */
  readonly locals: readonly LocalPackage[];
  /** `[patch]`: one source for a name, whoever asks. */
  readonly patches?: readonly { readonly name: PackageName; readonly requirement: Requirement }[];
  /** Versions to keep where they still fit: the lock's. */
  readonly preferred?: ReadonlyMap<PackageName, string>;
  /** Names whose locked version is not kept, as `vox update NAME` asks; `all` for `vox update`. */
  readonly unlocked?: ReadonlySet<PackageName> | "all";
  /** The one version allowed for a name, as `--precise` asks. */
  readonly precise?: ReadonlyMap<PackageName, string>;
  /** Names whose young releases may be chosen like others, by their keys. */
  readonly anyAge?: ReadonlySet<string> | "all";
}

/** What the resolver must be told to go on. */
export type Lookup =
  | { readonly kind: "versions"; readonly registry: string; readonly name: PackageName }
  | { readonly kind: "release"; readonly registry: string; readonly name: PackageName; readonly version: string };

/** One look-up, and those that are likely to follow: they may be made at the same time. */
export interface ResolveQuery {
  readonly lookup: Lookup;
  readonly soon: readonly Lookup[];
}

export type ResolveAnswer =
  /** `versions` absent: the registry has no such package. */
  | { readonly kind: "versions"; readonly versions: readonly ListedVersion[] | undefined }
  | { readonly kind: "release"; readonly release: Release };

/** A text that two look-ups share when they ask the same. */
export const lookupKey = (lookup: Lookup): string =>
  [lookup.kind, lookup.registry, lookup.name, lookup.kind === "release" ? lookup.version : ""].join("\n");

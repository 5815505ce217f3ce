import type { DeployTable } from "../../contracts/vox-toml-deploy.ts";
import type { PackageKind } from "../../core/package-kind.ts";
import type { PackageName } from "../../core/package-name.ts";
import type { Platform } from "../../core/platform.ts";
import type { FeatureTable, Requirement } from "./requirement.ts";

/** Kinds that another package may depend on (contracts, §2). */
export const DEPENDABLE_KINDS: ReadonlySet<PackageKind> = new Set(["library", "skill", "agent", "workflow", "component"]);

/** `[package]`, with its defaults filled in and workspace inheritance resolved. */
export interface PackageSection {
  readonly name: PackageName;
  readonly version: string;
  readonly kind: PackageKind;
  readonly description?: string;
  readonly license?: string;
  readonly authors: readonly string[];
  readonly repository?: string;
  readonly homepage?: string;
  readonly documentation?: string;
  readonly keywords: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly build: readonly string[];
  readonly platforms: readonly Platform[];
}

export interface BinTarget {
  readonly name: string;
  readonly path: string;
}

export interface RegistrySection {
  readonly name: string;
  /** `oci://host/prefix` or `file:DIR`, as written. */
  readonly index: string;
  readonly signers: readonly string[];
}

export interface PatchEntry {
  readonly name: PackageName;
  readonly requirement: Requirement;
}

/** The desired state of one folder: Vox.toml parsed, validated, workspace inheritance resolved (contracts, §2). */
export interface Manifest {
  /** Absent for a workspace root that is no package itself. */
  readonly package?: PackageSection;
  /** All of `[dependencies]`, `[dev-dependencies]`, `[skills]`, by scope and name. */
  readonly requirements: readonly Requirement[];
  /** For a path requirement with a version beside it: what publishing writes in its place, by name. */
  readonly publishedRanges: Readonly<Record<string, string>>;
  readonly features: FeatureTable;
  readonly bins: readonly BinTarget[];
  readonly workspace?: { readonly members: readonly string[]; readonly exclude: readonly string[] };
  readonly registries: readonly RegistrySection[];
  readonly patches: readonly PatchEntry[];
  readonly resolver: { readonly minReleaseAgeMs: number };
  /** `[deploy]` as validated by the schema, environments not yet merged. */
  readonly deploy?: DeployTable;
}

/** A manifest that is known to describe a package: every one but a virtual workspace root. */
export type PackageManifest = Manifest & { readonly package: PackageSection };

export const isPackageManifest = (manifest: Manifest): manifest is PackageManifest => manifest.package !== undefined;

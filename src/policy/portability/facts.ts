import type { LockMode } from "../../config/lock-mode.ts";
import type { Place } from "./verdict.ts";

/** A fact, or why it could not be learnt. */
export type Known<T> = { readonly value: T } | { readonly unknown: string };

/** What is known of a project before its image is built. Paths are from the project's root. */
export interface ProjectFacts {
  /** Of the member. */
  readonly manifest: ManifestFacts;
  readonly lock: { readonly state: "fresh" } | { readonly state: "missing" | "stale" | "unreadable"; readonly why: string };
  /** How a deployment in this lane would hold it. */
  readonly mode: LockMode;
  /** The closure that enters the image; empty without a fresh lock. */
  readonly packages: readonly PackageFacts[];
  /** Absent, as what follows, where nobody asked or there is no lock to ask about. */
  readonly yanked?: Known<readonly YankedVersion[]>;
  readonly licences?: Known<readonly LicenceFacts[]>;
  /** Lists of allowed licences: what one does not allow is not allowed. */
  readonly allowedLicences: readonly (readonly string[])[];
  readonly tree: { readonly revision?: string; readonly dirty: boolean };
  /** Files that would enter the image and that git does not track. */
  readonly untracked: readonly string[];
  readonly secrets: readonly SecretFacts[];
  /** Absent for what is no application. */
  readonly container?: ContainerFacts;
  /** Who would sign; absent where nothing is about to be deployed. */
  readonly signing?: SigningFacts;
}

export interface ManifestFacts {
  readonly file: string;
  readonly text: string;
  readonly name: string;
}

export interface PackageFacts {
  readonly name: string;
  readonly version?: string;
  /** As in vox.lock. */
  readonly source: string;
}

export interface YankedVersion {
  readonly name: string;
  readonly version: string;
  readonly reason?: string;
}

/** The licence that somebody's own Vox.toml names. */
export interface LicenceFacts {
  readonly subject: string;
  readonly licence?: string;
}

export interface SecretFacts {
  readonly rule: string;
  readonly where: string;
  readonly place?: Place;
}

export interface ContainerFacts {
  readonly baseImage: string;
  /** That the lock has for it; absent where it has none. */
  readonly baseDigest?: string;
  readonly platforms: readonly string[];
  readonly user: string;
  readonly packages: readonly string[];
  readonly run: readonly string[];
  /** What the image would say of itself, by OCI annotation. */
  readonly labels: Readonly<Record<string, string>>;
}

export type SigningFacts = "nobody" | "somebody" | "a stranger";

/** What is known of an image, as it was built or as a registry holds it. */
export interface ImageFacts {
  readonly platforms: readonly PlatformFacts[];
  /** Annotations of the index. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent where nobody looked. */
  readonly secrets?: Known<readonly SecretFacts[]>;
  /** What `vox verify` says of it: each check, whatever it rests on. */
  readonly checks: readonly CheckFacts[];
  /** Whether somebody is named who must have signed; absent where it is too early to ask. */
  readonly signersKnown?: boolean;
}

export interface PlatformFacts {
  readonly platform: string;
  /** Empty is root. */
  readonly user: string;
}

export interface CheckFacts {
  readonly id: string;
  readonly ok: boolean;
  readonly detail: string;
}

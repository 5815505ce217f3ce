import * as semver from "semver";
import type { Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Installation } from "./installation.ts";
import type { Release } from "./release.ts";

/** What an upgrade would do. */
export type UpgradePlan =
  | { readonly kind: "current" }
  | { readonly kind: "newer"; readonly file: string; readonly digest: Digest; readonly installation: Replaceable };

export type Replaceable = Exclude<Installation, { readonly kind: "checkout" | "unknown" }>;

export interface UpgradeFacts {
  readonly current: string;
  readonly release: Release;
  readonly installation: Installation;
  /** File names of a release by the way of installing, with `{version}` in them. */
  readonly files: Readonly<Record<Replaceable["kind"], string>>;
}

/** Whether the release is newer than the program that is running. */
export const isNewer = ({ version }: Release, current: string): boolean => semver.gt(version, current);

/**
 * What to install, and how; an older release is never installed over a newer one.
 * @throws {VoxError} UPGRADE_REFUSED, RELEASE_INVALID
 */
export function planUpgrade({ current, release, installation, files }: UpgradeFacts): UpgradePlan {
  if (!isNewer(release, current)) return { kind: "current" };
  const replaceable = replaceableOf(installation);
  const file = files[replaceable.kind].replace("{version}", release.version);
  const digest = release.files.get(file);
  if (digest === undefined) throw new VoxError("RELEASE_INVALID", `the release has no \`${file}\``);
  return { kind: "newer", file, digest, installation: replaceable };
}

function replaceableOf(installation: Installation): Replaceable {
  switch (installation.kind) {
    case "npm":
    case "tarball":
      return installation;
    case "checkout":
      throw refused(`\`${installation.folder}\` is a checkout`, "run `git pull && npm ci` there");
    case "unknown":
      throw refused(
        `\`${installation.folder}\` is neither npm's nor an unpacked release`,
        "install the new release the way this one was installed",
      );
  }
}

const refused = (message: string, hint: string): VoxError => new VoxError("UPGRADE_REFUSED", message, { hint });

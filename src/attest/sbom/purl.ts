import { withoutCredentials } from "../../core/address-credentials.ts";
import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { ProjectIdentity } from "../../project/materialized-project.ts";

/*
 * Package URLs (https://github.com/package-url/purl-spec). A package is `pkg:generic` with the checksum of its archive, since a lock
 * names registries as the project does, and the same archive may lie in several; images are `pkg:oci`.
 */

export interface PurlPackage {
  readonly name: string;
  readonly version: string;
  /** As in vox.lock. */
  readonly source: string;
}

/** A package's archive; with a platform where it is for one alone. */
export const packagePurl = ({ name, version, source }: PurlPackage, archive?: Digest, platform?: Platform): string =>
  purl("generic", name, version, { checksum: archive, platform, vcs_url: vcsUrl(source) });

/** The application's own files, by the commit they are of. */
export const applicationPurl = ({ name, version, repository, revision, dirty }: ProjectIdentity): string =>
  purl("generic", name, version, {
    vcs_url:
      repository !== undefined && revision !== undefined && !dirty
        ? `git+${withoutCredentials(repository)}@${revision}`
        : undefined,
  });

/** `name` is the image's; the last part of a path names it, and the whole is its place. */
export function imagePurl(name: string, digest: Digest, tag?: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return purl("oci", last.toLowerCase(), digest, { repository_url: name.includes("/") ? name : undefined, tag });
}

function purl(type: string, name: string, version: string, qualifiers: Readonly<Record<string, string | undefined>>): string {
  const given = Object.keys(qualifiers)
    .sort()
    .flatMap((key) => {
      const value = qualifiers[key];
      return value === undefined ? [] : [`${key}=${encoded(value)}`];
    });
  return `pkg:${type}/${encoded(name)}@${encoded(version).replaceAll("%3A", ":").replaceAll("%2B", "+")}${given.length === 0 ? "" : `?${given.join("&")}`}`;
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** `git+URL#COMMIT` of a lock is `git+URL@COMMIT` elsewhere. */
export function vcsUrl(source: string): string | undefined {
  const match = /^git\+(.*)#([0-9a-f]{40})$/.exec(source);
  return match ? `git+${match[1]}@${match[2]}` : undefined;
}

import { type Owner, ROOT } from "../../archive/tar-entry.ts";
import type { Digest } from "../../core/digest.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContainerIntent } from "../../project/deploy-intent.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";
import { fileOwner } from "./user.ts";
import { foldersAbove, isOddWorkdir, type WorkdirPlace } from "./workdir-place.ts";

/** A member of the layer below the packages; `path` is from the image's root, without a leading slash. */
export type SystemFile =
  | { readonly kind: "directory"; readonly path: string; readonly owner: Owner }
  | { readonly kind: "text"; readonly path: string; readonly text: string }
  | { readonly kind: "file"; readonly path: string; readonly digest: Digest; readonly size: number };

/** Where OpenSSL, Go and most others look first. */
export const CA_BUNDLE_PATH = "etc/ssl/certs/ca-certificates.crt";

export interface SystemFilesInput {
  readonly intent: ContainerIntent;
  readonly files: readonly ApplicationFile[];
  readonly scratch: boolean;
}

/**
 * What an image needs below its packages: on scratch `/etc/passwd`, `/etc/group` and `/tmp`; on any base the CA certificates that are named.
 * Sorted by path.
 * @throws {VoxError} DEPLOY_INCOMPLETE, DEPLOY_UNSUPPORTED
 */
export function planSystemFiles(input: SystemFilesInput): SystemFile[] {
  const { intent, scratch } = input;
  const files = [...(scratch ? scratchFiles(fileOwner(intent.user, "an image on `scratch`")) : []), ...caBundle(input)];
  return sortedByUtf8(files, (file) => (file.kind === "directory" ? `${file.path}/` : file.path));
}

function scratchFiles(owner: Owner): SystemFile[] {
  const users = [
    { name: "root", uid: 0, gid: 0, home: "/root", group: "root" },
    ...(owner.uid === 0 ? [] : [{ name: "app", uid: owner.uid, gid: owner.gid, home: "/", group: "app" }]),
  ];
  const groups = new Map(users.map((user) => [user.gid, user.gid === 0 ? "root" : user.group]));
  if (owner.gid !== 0) groups.set(owner.gid, "app");
  const passwd = users.map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.name}:${user.home}:/sbin/nologin\n`);
  const group = [...groups].map(([gid, name]) => `${name}:x:${gid}:\n`);
  return [
    { kind: "text", path: "etc/passwd", text: passwd.join("") },
    { kind: "text", path: "etc/group", text: group.join("") },
    { kind: "directory", path: "tmp", owner },
  ];
}

/** On scratch the directories above an odd workdir are those of the system layer, and root's besides. */
export const placeOnScratch = (workdir: string, files: readonly SystemFile[]): WorkdirPlace => ({
  workdir,
  above: (isOddWorkdir(workdir) ? foldersAbove(workdir) : []).map((folder) => {
    const made = files.find((file) => file.path === folder);
    return { path: `${folder}/`, mode: 0o755, owner: made?.kind === "directory" ? made.owner : ROOT };
  }),
});

function caBundle({ intent, files }: SystemFilesInput): SystemFile[] {
  if (intent.caCertificates === "") return [];
  const path = intent.caCertificates.replace(/^\.\//, "");
  const source = files.find((file) => file.path === path);
  if (source?.kind !== "file") {
    throw new VoxError(
      "DEPLOY_INCOMPLETE",
      `\`ca_certificates\` names \`${intent.caCertificates}\`, which is not a file of the application`,
      {
        hint: "run `vox package --list` to see the files",
      },
    );
  }
  return [{ kind: "file", path: CA_BUNDLE_PATH, digest: source.digest, size: source.size }];
}

import { type Owner, ROOT } from "../../archive/tar-entry.ts";
import { VoxError } from "../../errors/vox-error.ts";

const NUMERIC_USER = /^(\d{1,10})(?::(\d{1,10}))?$/;
const MAX_ID = 2 ** 31 - 1;

/**
 * The owner that `user` of [deploy.container] stands for; a user without a group has group 0, as at run time.
 * @throws {VoxError} DEPLOY_UNSUPPORTED when it is a name, which only a base's `/etc/passwd` could tell
 */
export function fileOwner(user: string, neededFor: string): Owner {
  if (user === "" || user === "root" || user === "root:root") return ROOT;
  const match = NUMERIC_USER.exec(user);
  const owner = { uid: Number(match?.[1]), gid: Number(match?.[2] ?? 0) };
  if (match && owner.uid <= MAX_ID && owner.gid <= MAX_ID) return owner;
  throw new VoxError("DEPLOY_UNSUPPORTED", `\`user = "${user}"\` must be a number for ${neededFor}`, {
    hint: 'write it as `user = "65532:65532"`',
  });
}

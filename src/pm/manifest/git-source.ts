import { VoxError } from "../../errors/vox-error.ts";
import type { GitRef } from "./requirement.ts";

const SCHEMES = new Set(["https:", "ssh:", "file:"]);
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*))$/;
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const SCP_LIKE = /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?([A-Za-z0-9.-]+):(?!\/\/)(\S+)$/;

/**
 * A git URL that is safe to hand to git: https, ssh or file, without password, query or anything that git or ssh could take for an option.
 * @throws {VoxError} MANIFEST_INVALID
 */
export function parseGitUrl(text: string): string {
  const url = /[\s\\]/.test(text) || !/^[a-z]+:\/\//.test(text) ? undefined : urlOf(text);
  if (url === undefined || !SCHEMES.has(url.protocol))
    throw refused(`\`${shown(text)}\` is not an https, ssh or file URL`, urlHint(text));
  if (url.password !== "" || (url.protocol !== "ssh:" && url.username !== "")) {
    throw refused("a git URL cannot carry credentials", "remove them from the URL and use git's credential helper");
  }
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(text))
    throw refused(`\`${shown(text)}\` has a query or a fragment`, "name the commit with `branch`, `tag` or `rev`");
  const hostIsFine = url.protocol === "file:" ? url.hostname === "" : HOST.test(url.hostname);
  if (!hostIsFine || (url.username !== "" && !SSH_USER.test(url.username)))
    throw refused(`\`${shown(text)}\` has no usable host`);
  return text;
}

/**
 * A branch, tag or commit as git accepts it, and never an option.
 * @throws {VoxError} MANIFEST_INVALID
 */
export function parseGitRef(kind: Exclude<GitRef["kind"], "default">, name: string): GitRef {
  // eslint-disable-next-line no-control-regex -- git's own list, from git-check-ref-format
  const bad = /^[-/.]|\.\.|@\{|\/\/|[\u0000-\u0020\u007f~^:?*[\\]|[/.]$|\.lock$/.test(name);
  if (bad) throw refused(`\`${name}\` is not the name of a ${kind === "rev" ? "revision" : kind}`);
  return { kind, name };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function urlHint(text: string): string {
  const scp = SCP_LIKE.exec(text);
  if (scp === null || text.includes("::")) return "write it as `https://host/path.git`";
  const [, user, host = "", path = ""] = scp;
  return `write it as \`ssh://${user === undefined ? "" : `${user}@`}${host}/${path}\``;
}

/** A URL without what may be a secret in it. */
const shown = (text: string): string => text.replace(/\/\/[^/]*@/, "//…@");

const refused = (message: string, hint?: string): VoxError =>
  new VoxError("MANIFEST_INVALID", message, hint === undefined ? {} : { hint });

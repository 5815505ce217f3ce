/**
 * What every call of git begins with: three transports and no other, nothing of a repository that runs, no upkeep of its own.
 * A user's own credential helpers, proxies and certificates stay: they come from the user's configuration and not from a project's.
 */
export const GIT_SETTINGS: readonly string[] = [
  "protocol.allow=never",
  "protocol.https.allow=always",
  "protocol.ssh.allow=always",
  "protocol.file.allow=always",
  "protocol.version=2",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.alternateRefsCommand=",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "fetch.writeCommitGraph=false",
  "transfer.bundleURI=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
].flatMap((setting) => ["-c", setting]);

/** Variables of git that are a user's way to the network; the rest may point git at other repositories or let it run programs. */
const KEPT = new Set(["GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"]);

/**
 * The environment that git runs in. `ceiling` is the folder at which git stops looking for a repository around its own folder,
 * so that a project's `.git/config` never has a say.
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  ceiling: string,
): Readonly<Record<string, string>> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (!entry[0].startsWith("GIT_") || KEPT.has(entry[0])) && !/^(LC_|LANG|LANGUAGE$)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CEILING_DIRECTORIES: ceiling,
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

export const initArguments = (dir: string): readonly string[] => [
  "init",
  "--quiet",
  "--bare",
  "--template=",
  "--object-format=sha1",
  "--",
  dir,
];

export const listRefsArguments = (url: string, refs: readonly string[]): readonly string[] => [
  "ls-remote",
  "--quiet",
  "--",
  url,
  ...refs,
];

/** The ref of a snapshot's one commit. */
export const SNAPSHOT_REF = "refs/vox/commit";

const FETCH = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"];

/** One commit without its history. */
export const fetchCommitArguments = (url: string, commit: string): readonly string[] => [
  ...FETCH,
  "--depth=1",
  "--",
  url,
  `+${commit}:${SNAPSHOT_REF}`,
];

/** Every branch and tag with its history: for servers that give no commit by its id, and for abbreviated ids. */
export const fetchHistoryArguments = (url: string): readonly string[] => [
  ...FETCH,
  "--",
  url,
  "+refs/heads/*:refs/vox/heads/*",
  "+refs/tags/*:refs/vox/tags/*",
];

export const commitArguments = (revision: string): readonly string[] => [
  "rev-parse",
  "--verify",
  "--quiet",
  "--end-of-options",
  `${revision}^{commit}`,
];

export const nameSnapshotArguments = (commit: string): readonly string[] => ["update-ref", SNAPSHOT_REF, commit];

export const listTreeArguments = (commit: string): readonly string[] => ["ls-tree", "-r", "-z", "-l", "--full-tree", commit];

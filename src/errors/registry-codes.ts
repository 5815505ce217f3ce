import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";

/** What registries, git and publishing can fail with. Part of the catalogue. */
export const REGISTRY_CODES = {
  // Registries and credentials
  REGISTRY_UNAVAILABLE: entry(
    EXIT.unavailable,
    "A registry cannot be reached or answers what vox cannot use.",
    "check the address and the network, then run the command again; `--offline` does with what the cache has",
  ),
  REGISTRY_RATE_LIMITED: entry(EXIT.tryAgain, "A registry asks to slow down.", "wait a while and run the command again"),
  REGISTRY_DENIED: entry(
    EXIT.denied,
    "A registry refuses the credentials, or wants some.",
    "run `vox login HOST`, or set VOX_REGISTRY and VOX_REGISTRY_TOKEN",
  ),
  REGISTRY_INSECURE: entry(
    EXIT.config,
    "A registry would be spoken to without TLS.",
    "list the host in VOX_INSECURE_REGISTRIES",
  ),
  CREDENTIALS_INVALID: entry(
    EXIT.config,
    "Docker's credential configuration cannot be used.",
    "correct Docker's `config.json`, or run `vox login HOST`",
  ),
  SEARCH_UNSUPPORTED: entry(
    EXIT.unavailable,
    "A registry has neither an index of packages nor a list of its repositories, so that it cannot be searched.",
    "run `vox pm index`, or ask for a package by its name with `vox pm info NAME`",
  ),
  REGISTRY_UNKNOWN: entry(
    EXIT.data,
    "A dependency names a registry that Vox.toml does not declare.",
    "declare it as `[registries.NAME]` in Vox.toml",
  ),

  // Git
  GIT_MISSING: entry(
    EXIT.unavailable,
    "The git program is needed and cannot be run.",
    "install git, and see that it is on PATH",
  ),
  GIT_UNAVAILABLE: entry(EXIT.unavailable, "A git repository cannot be reached or read.", "check the URL in Vox.toml"),
  GIT_DENIED: entry(
    EXIT.denied,
    "A git repository refuses the credentials, or wants some.",
    "set up git's credential helper or an ssh agent",
  ),
  GIT_REF_UNKNOWN: entry(EXIT.failed, "A git repository has no such branch, tag or commit.", "correct it in Vox.toml"),
  GIT_PACKAGE_UNKNOWN: entry(
    EXIT.failed,
    "A git repository has no package of that name, or more than one.",
    "look at the `name` in the repository's Vox.toml files, and correct the dependency",
  ),
  GIT_REFUSED: entry(
    EXIT.data,
    "A git repository holds or asks for what vox does not follow: another transport, a submodule, a pointer into Git LFS.",
    "depend on a repository that holds its files itself, over https, ssh or file",
  ),

  // Publishing
  VERSION_EXISTS: entry(
    EXIT.failed,
    "The registry holds this version already, and versions do not change.",
    "raise `version` in Vox.toml",
  ),
  PUBLISH_RACE: entry(
    EXIT.failed,
    "Someone else published, yanked or indexed the same at the same moment.",
    "run the command again",
  ),
  PUBLISH_REFUSED: entry(
    EXIT.data,
    "The package depends on what a published package may not depend on.",
    "depend on published versions: give each path dependency a `version` too",
  ),

  SECRET_FOUND: entry(
    EXIT.failed,
    "A file, or a setting, that would enter a package or an image holds what looks like a secret; docs/src/reference/secrets.md lists the rules.",
    "take it out, or name the file in `.voxignore`",
  ),
  WORKING_TREE_DIRTY: entry(
    EXIT.failed,
    "Files differ from the last commit, and what is published should be a commit's.",
    "commit, or run the command with `--allow-dirty`",
  ),
} as const satisfies Record<string, CatalogueEntry>;

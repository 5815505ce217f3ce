import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";

/** What manifests, locks and resolutions can be wrong in. Part of the catalogue. */
export const PACKAGE_CODES = {
  // Manifest
  MANIFEST_MISSING: entry(
    EXIT.data,
    "There is no Vox.toml where one is needed.",
    "run `vox init`, or name the folder with `--project DIR`",
  ),
  MANIFEST_EXISTS: entry(
    EXIT.usage,
    "There is a Vox.toml where a new one was to be written.",
    "edit it, or name another folder",
  ),
  MANIFEST_INVALID: entry(
    EXIT.data,
    "Vox.toml cannot be parsed, or says something that vox does not understand.",
    "correct Vox.toml where the message says, then run `vox lock`",
  ),
  MANIFEST_UNREADABLE: entry(
    EXIT.data,
    "Vox.toml is there but cannot be read.",
    "make Vox.toml a file that you can read: `ls -l Vox.toml` shows what it is",
  ),
  NAME_INVALID: entry(
    EXIT.data,
    "A package name breaks the rules for names.",
    "use lower-case letters and digits, joined by single `-` or `_`",
  ),
  VERSION_INVALID: entry(
    EXIT.data,
    "A version or a requirement is not semver.",
    "write a version as `1.2.3`, a requirement as `^1.2`",
  ),
  PLATFORM_INVALID: entry(EXIT.data, "A platform is not written as os/architecture.", "write `linux/amd64` or `linux/arm64`"),
  WORKSPACE_INVALID: entry(
    EXIT.data,
    "The members of a workspace contradict each other or cannot be found.",
    "correct `members` of [workspace], then run `vox lock`",
  ),
  WORKSPACE_AMBIGUOUS: entry(
    EXIT.usage,
    "The command needs one workspace member and cannot tell which.",
    "name it with `--package NAME`",
  ),
  DEPENDENCY_KIND: entry(
    EXIT.data,
    "A package of this kind cannot be depended on.",
    "take it out with `vox remove NAME`, or depend on a library instead",
  ),
  DEPENDENCY_UNSUPPORTED: entry(
    EXIT.data,
    "The dependency's source is one that this version of vox does not read.",
    "name a version, a `path` or a `git` URL",
  ),

  // Lock and resolution
  LOCK_MISSING: entry(EXIT.failed, "The command needs vox.lock and there is none.", "run `vox lock`"),
  LOCK_STALE: entry(EXIT.failed, "vox.lock no longer says what the manifests ask.", "run `vox lock`"),
  LOCK_INVALID: entry(
    EXIT.data,
    "vox.lock cannot be parsed or contradicts itself.",
    "restore it from version control, or remove it and run `vox lock`",
  ),
  LOCK_VERSION: entry(EXIT.data, "vox.lock was written by a newer vox.", "install the vox that wrote it, or a newer one"),
  NO_SOLUTION: entry(
    EXIT.failed,
    "No set of versions satisfies every requirement.",
    "widen a requirement that the explanation names, then run `vox lock`",
  ),
  PACKAGE_UNKNOWN: entry(
    EXIT.failed,
    "A registry has no package of that name.",
    "run `vox pm search WORD` to see what there is",
  ),
  NAME_AMBIGUOUS: entry(
    EXIT.failed,
    "A registry has two packages whose names differ in `-` and `_` alone, which are one letter, and both are asked for.",
    "ask for one of the two names everywhere",
  ),
  VERSION_YANKED: entry(
    EXIT.failed,
    "A locked version was taken back by its publisher.",
    "run `vox update` for it, or ask for a version that was not",
  ),
  VERSION_YOUNG: entry(
    EXIT.failed,
    "A locked version is younger than `[resolver] min-release-age`, or does not say how old it is.",
    "wait, or lock an older version with `vox update NAME`",
  ),
  VERSION_UNKNOWN: entry(
    EXIT.failed,
    "A registry has the package and no such version of it.",
    "run `vox pm info NAME` to see its versions",
  ),
  DEPENDENCY_UNKNOWN: entry(
    EXIT.failed,
    "The project does not depend on a package of that name.",
    "run `vox tree` to see what it depends on",
  ),
  SOURCE_CONFLICT: entry(
    EXIT.failed,
    "One name is asked for from two sources.",
    "ask for it from one source, or say which in `[patch.NAME]`",
  ),
  REGISTRY_CONTENT_CHANGED: entry(
    EXIT.failed,
    "A registry now holds other content under a version that is locked.",
    "ask the registry's owner: a published version must not change; `vox pm verify` shows what else differs",
  ),
  OFFLINE_UNPROVABLE: entry(
    EXIT.unavailable,
    "Offline, the cache cannot prove what the command needs.",
    "run the command once without `--offline`",
  ),
} as const satisfies Record<string, CatalogueEntry>;

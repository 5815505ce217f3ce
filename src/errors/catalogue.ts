import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";
import { TRUST_CODES } from "./trust-codes.ts";

/** Every code that vox can print. A code is permanent: it may be retired, never reused. */
export const ERROR_CATALOGUE = {
  // Usage and configuration
  USAGE: entry(EXIT.usage, "The command line asks for something that vox does not offer.", "run `vox --help`"),
  CONFIG_INVALID: entry(
    EXIT.config,
    "A configuration file or an environment variable cannot be understood.",
    "correct it where the message says, then run `vox doctor`",
  ),
  LOCATION_INVALID: entry(
    EXIT.config,
    "A registry or image location is not written as vox reads it.",
    "write a registry as `oci://HOST/PREFIX` or `file:DIR`, an image as `HOST/NAME:TAG`",
  ),

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

  // Content
  DIGEST_INVALID: entry(EXIT.data, "A digest is not sha256 and 64 hex digits.", "write `sha256:` and 64 hexadecimal digits"),
  CONTENT_MISMATCH: entry(
    EXIT.data,
    "Content is not what its digest or size says.",
    "run the command again; if it stays, what serves the content is broken or changed it",
  ),
  CONTENT_TOO_LARGE: entry(
    EXIT.data,
    "Content is larger than what may stand there.",
    "look at what is served there: vox reads no more of it",
  ),
  CONTENT_MISSING: entry(
    EXIT.unavailable,
    "Content that is named by digest is nowhere to be had.",
    "run the command again where the registry can be reached, or publish the content anew",
  ),
  CACHE_CORRUPT: entry(
    EXIT.data,
    "A cached blob or an unpacked file was changed after it was verified.",
    "run `vox sync`, which fetches it anew",
  ),
  OCI_INVALID: entry(
    EXIT.data,
    "A manifest, index, config or layout breaks the OCI specification.",
    "make it anew with the tool that wrote it, or name another image",
  ),
  REFERENCE_INVALID: entry(
    EXIT.usage,
    "An image reference cannot be parsed.",
    "write `HOST/NAME:TAG` or `HOST/NAME@sha256:DIGEST`",
  ),

  // Archive
  ARCHIVE_INVALID: entry(
    EXIT.data,
    "A package archive is not the canonical archive of its content.",
    "publish the package with `vox pm publish`, which makes canonical archives",
  ),
  ARCHIVE_PATH: entry(
    EXIT.data,
    "A path is one that a package archive or an image may not hold.",
    "rename the file, or name it in `exclude` of [package]",
  ),
  ARCHIVE_TOO_LARGE: entry(
    EXIT.data,
    "A package archive unpacks to more than the limit.",
    "split the package, or leave files out with `exclude` of [package]",
  ),
  ARCHIVE_METADATA_MISMATCH: entry(
    EXIT.data,
    "A package's published metadata differs from its own Vox.toml.",
    "publish the package anew with `vox pm publish`, and do not use this one",
  ),
  COMPRESSOR_DIFFERS: entry(
    EXIT.config,
    "This Node's zlib gives other bytes than official Node.",
    'use an official build of Node, or set `compression = "none"`',
  ),
  COMPRESSION_UNSUPPORTED: entry(
    EXIT.config,
    "This Node cannot compress in the way that is asked for.",
    'run vox on Node 22.15 or newer, or set `compression = "gzip"`',
  ),
  PLATFORM_UNDECLARED: entry(EXIT.data, "A platform-neutral package holds machine code.", "declare `platforms` in [package]"),
  FILE_KIND: entry(
    EXIT.data,
    "A file is neither a regular file, a directory nor an allowed link.",
    "replace it by a file, or name it in `exclude` of [package] or in `.voxignore`",
  ),
  FILE_CHANGED: entry(
    EXIT.tryAgain,
    "A file changed while it was read.",
    "run the command again when nothing writes to the project",
  ),
  FILE_UNREADABLE: entry(
    EXIT.data,
    "A file of the project cannot be read.",
    "give yourself the right to read it, or name it in `.voxignore`",
  ),

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

  // Images and deploys
  BUILD_FAILED: entry(
    EXIT.failed,
    "The program named by `build` in [package] failed.",
    "run the program by hand in the package's folder to see why",
  ),
  DEPLOY_INCOMPLETE: entry(
    EXIT.data,
    "The [deploy] table lacks what the command needs.",
    "add what the message names to [deploy] in Vox.toml",
  ),
  ENVIRONMENT_UNKNOWN: entry(
    EXIT.usage,
    "The command names an environment that [deploy.environments] does not have.",
    "add `[deploy.environments.NAME]` to Vox.toml, or name another",
  ),
  DEPLOY_UNSUPPORTED: entry(
    EXIT.data,
    "The [deploy] table asks for what this version of vox does not do.",
    "run `vox deploy --target container`",
  ),
  DEPLOY_BUSY: entry(
    EXIT.tryAgain,
    "Somebody else is deploying to the same environment; nothing was changed.",
    "run `vox deployments` to see who, and try again afterwards",
  ),
  DEPLOY_FAILED: entry(
    EXIT.failed,
    "What was deployed did not come up healthy; the message says what runs now.",
    "run `vox deployments` to see what runs",
  ),
  DEPLOYMENT_UNKNOWN: entry(
    EXIT.failed,
    "The environment has no such deployment, or none that could be gone back to.",
    "run `vox deployments`",
  ),
  SECRET_MISSING: entry(
    EXIT.config,
    "A secret that the application is to be given is not set where vox runs.",
    "set the variable of that name, or take it out of `secrets`",
  ),
  COMPOSE_INVALID: entry(
    EXIT.data,
    "The project's own Compose file cannot be used as it is.",
    "correct the file, then see that `docker compose config` takes it",
  ),
  COMPOSE_UNAVAILABLE: entry(
    EXIT.unavailable,
    "No program that understands Compose files answers.",
    "install Docker's compose plugin, docker-compose or podman-compose",
  ),
  COMPOSE_FAILED: entry(
    EXIT.unavailable,
    "The Compose program refused or broke off.",
    "run `vox deployments` to see what runs, and the Compose program by hand to see why",
  ),
  COMMAND_FILE_MISSING: entry(
    EXIT.data,
    "`cmd` or `entrypoint` names a file of the application that is not there.",
    "correct `cmd`, or see with `vox package --list` what enters the image",
  ),
  BASE_IMAGE_UNUSABLE: entry(
    EXIT.data,
    "The base image has layers or types that cannot be built upon.",
    "name another `base_image`",
  ),
  LAYERS_TOO_MANY: entry(
    EXIT.data,
    "The image would have more layers than engines take.",
    'set `layers = "shared"` in [deploy.container]',
  ),
  BASE_PLATFORM_MISSING: entry(
    EXIT.failed,
    "The base image or a package lacks a platform that is asked for.",
    "take the platform out of `platforms`, or name another `base_image` or version",
  ),
  ENGINE_UNAVAILABLE: entry(EXIT.unavailable, "No container engine answers.", "start Docker or Podman, or set DOCKER_HOST"),
  ENGINE_BUILD_FAILED: entry(
    EXIT.failed,
    "A step of the image's lower part, which the container engine builds, failed.",
    "correct the step, then run the command again",
  ),
  ENGINE_FAILED: entry(
    EXIT.unavailable,
    "The container engine refused or broke off.",
    "look into the engine's own log, then run the command again",
  ),

  // Trust
  ...TRUST_CODES,
  POLICY_REFUSED: entry(
    EXIT.failed,
    "The lane, or the machine's policy, forbids what the project asks for.",
    "run `vox ci portability` to see every rule and how each is met",
  ),

  // The toolchain
  RELEASE_INVALID: entry(
    EXIT.data,
    "The files of a release of vox are not what a release consists of.",
    "name the place of a whole release with `--from`",
  ),
  RELEASE_UNAVAILABLE: entry(
    EXIT.unavailable,
    "A file of a release of vox cannot be had.",
    "check the place given with `--from`",
  ),
  RELEASE_UNSIGNED: entry(
    EXIT.failed,
    "The checksums of a release of vox are not signed by who was asked for.",
    "ask who published the release; nothing was installed",
  ),
  UPGRADE_REFUSED: entry(
    EXIT.config,
    "vox was installed in a way in which it cannot replace itself.",
    "upgrade it with the tool that installed it",
  ),
  UPGRADE_FAILED: entry(
    EXIT.cannotWrite,
    "The new release could not be installed; the one that was there is still there.",
    "make the program's folder writable, or run the command as its owner",
  ),

  // Files
  CANNOT_WRITE: entry(
    EXIT.cannotWrite,
    "A file or folder cannot be written.",
    "make room, or make the folder writable, and run the command again",
  ),
  CACHE_IN_USE: entry(
    EXIT.failed,
    "Projects are linked to what is in the cache, and would be left without their packages.",
    "run `vox pm cache clear --yes`, then `vox sync` in each project",
  ),
  LOCK_HELD: entry(
    EXIT.tryAgain,
    "Another process holds the lock that the command needs.",
    "wait for the other process and run the command again",
  ),

  // Gates
  CHECKOUT_MISSING: entry(
    EXIT.usage,
    "The command checks vox's own source and is not run inside it.",
    "for your own project run `vox ci portability`; a checkout of vox can be named with `--project DIR`",
  ),
  COMPLIANCE_FAILED: entry(EXIT.failed, "A conformance check found a fault.", "run `vox ci docs-sync --write`"),

  INTERNAL: entry(EXIT.bug, "A bug in vox.", "report it with the output of the same command and `--verbose`"),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

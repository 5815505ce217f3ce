import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";
import { CONTENT_CODES } from "./content-codes.ts";
import { PACKAGE_CODES } from "./package-codes.ts";
import { REGISTRY_CODES } from "./registry-codes.ts";
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

  ...PACKAGE_CODES,
  ...CONTENT_CODES,
  ...REGISTRY_CODES,

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

  INTERNAL: entry(EXIT.bug, "A bug in vox.", "report it with the output of the same command and `--verbose`"),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

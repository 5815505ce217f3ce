import { VoxError } from "../../errors/vox-error.ts";
import { dockerfileImages, type NamedImage } from "../../oci/dockerfile-images.ts";
import { sameImage } from "../../oci/reference.ts";
import type { ContainerIntent } from "../../project/deploy-intent.ts";
import type { ApplicationFile, LockedBaseImage, MaterializedProject } from "../../project/materialized-project.ts";

/** What a container engine lays upon the base, below the packages (contracts, §7 "Engines"). */
export type PlannedLower = LowerSteps | LowerDockerfile;

export interface LowerSteps {
  readonly kind: "steps";
  /** Installed by the base's own package manager, in the order of Vox.toml. */
  readonly packages: readonly string[];
  /** Shell lines. */
  readonly run: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** A Dockerfile of the project's own, that ends on the base. */
export interface LowerDockerfile {
  readonly kind: "dockerfile";
  /** Its path in the context. */
  readonly path: string;
  readonly text: string;
  /** The images that the text names, in its order, as they are locked. */
  readonly images: readonly PinnedImage[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Without the Dockerfile. */
  readonly context: readonly ApplicationFile[];
}

export interface PinnedImage extends Pick<NamedImage, "start" | "end"> {
  readonly locked: LockedBaseImage;
}

/**
 * The engine's part of an image; `undefined` where there is none, and then no engine is asked.
 * @throws {VoxError} DEPLOY_INCOMPLETE, DEPLOY_UNSUPPORTED, LOCK_STALE
 */
export function plannedLower(
  intent: ContainerIntent,
  project: Pick<MaterializedProject, "dockerfile" | "baseImages">,
): PlannedLower | undefined {
  const { packages, run, buildArgs, dockerfile, baseImage } = intent;
  const hasSteps = packages.length > 0 || run.length > 0;
  if (dockerfile !== "") return ownDockerfile(intent, project, hasSteps);
  if (!hasSteps) return undefined;
  if (baseImage === "scratch") {
    throw new VoxError("DEPLOY_UNSUPPORTED", "`packages` and `run` need a shell, and `scratch` has none", {
      hint: "name a `base_image` in [deploy.container]",
    });
  }
  return { kind: "steps", packages, run, buildArgs };
}

function ownDockerfile(
  { baseImage, buildArgs: given }: ContainerIntent,
  { dockerfile: source, baseImages }: Pick<MaterializedProject, "dockerfile" | "baseImages">,
  hasSteps: boolean,
): LowerDockerfile {
  if (hasSteps) {
    throw new VoxError("DEPLOY_UNSUPPORTED", "`packages` and `run` do not go together with a `dockerfile`", {
      hint: "write them as `RUN` lines of the Dockerfile",
    });
  }
  if (!source) throw new VoxError("INTERNAL", "the handoff has no text of the `dockerfile`");
  const buildArgs = { BASE_IMAGE: baseImage, ...given };
  const { images, base } = dockerfileImages(source.text, buildArgs);
  if (!sameImage(base, baseImage)) {
    throw new VoxError(
      "DEPLOY_UNSUPPORTED",
      `the last stage of \`dockerfile\` stands on \`${base}\`, and \`base_image\` is \`${baseImage}\``,
      {
        hint: `set \`base_image = "${base}"\`, or begin the last stage with \`FROM\` that`,
      },
    );
  }
  const pinned = images.map(({ reference, start, end }) => ({ start, end, locked: lockedImage(reference, baseImages) }));
  return { kind: "dockerfile", path: source.path, text: source.text, images: pinned, buildArgs, context: source.context };
}

function lockedImage(reference: string, locked: readonly LockedBaseImage[]): LockedBaseImage {
  const found = locked.find((image) => sameImage(image.reference, reference));
  if (found) return found;
  throw new VoxError("LOCK_STALE", `\`${reference}\`, which \`dockerfile\` names, is not in vox.lock`);
}

import { VoxError } from "../../errors/vox-error.ts";
import { type ComposeObject, hasProfile, isObject, objectAt } from "./compose-object.ts";

export interface ServiceChoice {
  /** The application's own, whose image is known. */
  readonly own: string;
  /** Those that are asked for by name, profile or not. */
  readonly asked: readonly string[];
}

/**
 * Names of the images of the services beside the application, each once.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for one that cannot be carried
 */
export function otherImages(file: ComposeObject, choice: ServiceChoice): readonly string[] {
  return [...new Set(others(file, choice).map(([name, service]) => imageOf(name, service["image"])))].sort();
}

/** The same file with other names for these images, which no program may pull any more. */
export function withImages(file: ComposeObject, choice: ServiceChoice, names: ReadonlyMap<string, string>): ComposeObject {
  const changed = others(file, choice).map(([name, service]) => {
    const { image, pull_policy: _, ...rest } = service;
    return [name, { ...rest, image: (typeof image === "string" && names.get(image)) || image }] as const;
  });
  return { ...file, services: { ...objectAt(file, "services"), ...Object.fromEntries(changed) } };
}

function others(file: ComposeObject, { own, asked }: ServiceChoice): readonly (readonly [string, ComposeObject])[] {
  return Object.entries(objectAt(file, "services")).flatMap(([name, service]) => {
    if (name === own || !isObject(service)) return [];
    return asked.includes(name) || !hasProfile(service) ? [[name, service] as const] : [];
  });
}

function imageOf(service: string, image: unknown): string {
  const why =
    typeof image !== "string"
      ? "has no image, only a build"
      : image.includes("$")
        ? "names its image by a variable"
        : undefined;
  if (typeof image === "string" && why === undefined) return image;
  throw new VoxError("DEPLOY_UNSUPPORTED", `the service \`${service}\` ${why ?? "has no image"}: it cannot be carried`, {
    hint: "name the image in the Compose file",
  });
}

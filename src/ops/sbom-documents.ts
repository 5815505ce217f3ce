import { cyclonedxDocument } from "../attest/sbom/cyclonedx.ts";
import { SBOM_SUFFIXES } from "./output-dirs.ts";
import type { SbomSubject } from "../attest/sbom/sbom-subject.ts";
import { spdxDocument } from "../attest/sbom/spdx.ts";
import { EPOCH } from "../container/plan/image-plan.ts";
import type { JsonValue } from "../core/canonical-json.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import type { MaterializedProject } from "../project/materialized-project.ts";
import type { ProjectImage } from "./build-project-image.ts";
import type { ImagePorts } from "./ports.ts";

export type SbomFormat = "cyclonedx" | "spdx";

export const sbomDocument = (format: SbomFormat, subject: SbomSubject): JsonValue =>
  format === "spdx" ? spdxDocument(subject) : cyclonedxDocument(subject);

/** What an image was made of, for its bills of materials. */
export function imageSubject(
  project: MaterializedProject,
  { plan, image }: ProjectImage,
  { voxVersion, created = EPOCH }: Pick<ImagePorts, "voxVersion" | "created">,
): SbomSubject {
  const { registry } = project.deploy.container;
  const name = registry === undefined ? plan.imageName : `${registry}/${plan.imageName}`;
  const platforms = image.platforms.map(({ platform, manifest }) => ({ platform, digest: manifest.digest }));
  return { project, image: { name, digest: image.root.digest, platforms }, created, voxVersion };
}

export interface SbomFile {
  /** What follows the image's name, or `sbom`. */
  readonly suffix: string;
  readonly text: string;
}

/** Both bills of materials, as they are written beside an image. */
export const sbomFiles = (subject: SbomSubject): readonly SbomFile[] => [
  { suffix: SBOM_SUFFIXES.spdx, text: `${canonicalJson(sbomDocument("spdx", subject))}\n` },
  { suffix: SBOM_SUFFIXES.cyclonedx, text: `${canonicalJson(sbomDocument("cyclonedx", subject))}\n` },
];

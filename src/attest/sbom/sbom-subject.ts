import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { MaterializedProject } from "../../project/materialized-project.ts";

/** What a bill of materials is about: a project, and the image that was made of it. Nothing is found by looking into files. */
export interface SbomSubject {
  readonly project: Pick<MaterializedProject, "identity" | "dependencies" | "packages" | "baseImages">;
  /** Absent where no image is made. */
  readonly image?: SbomImage;
  /** RFC 3339, from SOURCE_DATE_EPOCH. */
  readonly created: string;
  readonly voxVersion: string;
}

export interface SbomImage {
  readonly name: string;
  /** The index's. */
  readonly digest: Digest;
  readonly platforms: readonly { readonly platform: Platform; readonly digest: Digest }[];
}

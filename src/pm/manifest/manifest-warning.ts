import type { Place } from "../../errors/vox-error.ts";

/** Something in a manifest that works and should be changed. */
export interface ManifestWarning {
  readonly code: "MANIFEST_LEGACY" | "MANIFEST_IGNORED" | "IMAGE_FIELD_IN_ENVIRONMENT";
  readonly message: string;
  readonly hint: string;
  readonly place?: Place;
}

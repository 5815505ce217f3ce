import type { Repository } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION } from "../oci/media-types.ts";

/** The annotation of `index.json` that tells a vendored layout from others. */
export const VENDOR_MARK = "dev.vox.vendor";
/** On an entry of a git package: the digest of all that the lock says of it, `gitPackageKey`. */
export const VENDORED_GIT_PACKAGE = "dev.vox.git-package";

/** A layout that a project carries with it. All of it is proved when it is read, as in any store. */
export interface VendoredLayout extends Repository {
  entries(): Promise<readonly Descriptor[]>;
}

/** Whether platforms of a base image lie in it; `reference` is in full. */
export const carriesBase = async (layout: VendoredLayout, reference: string): Promise<boolean> =>
  (await layout.entries()).some(({ annotations }) => annotations?.[ANNOTATION.baseName] === reference);

/** What `vox pm vendor` put into a project; looked for when something is missing elsewhere, and once. */
export interface Vendored {
  /** Absolute; `undefined` when the project has none. */
  folder(): Promise<string | undefined>;
  layout(): Promise<VendoredLayout | undefined>;
}

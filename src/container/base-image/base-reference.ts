import { VoxError } from "../../errors/vox-error.ts";
import { formatImageReference, type ImageReference, isTag, parseImageReference, referenceTarget } from "../../oci/reference.ts";

/** Where a base image lives, as `base_image` says (contracts, §2). */
export type BaseReference = { readonly kind: "scratch" } | StoredBaseReference;

/** A base that is kept somewhere. */
export type StoredBaseReference =
  | { readonly kind: "registry"; readonly reference: ImageReference }
  /** A tag in an image layout; `dir` is relative to the folder of Vox.toml. */
  | { readonly kind: "layout"; readonly dir: string; readonly tag: string };

const LAYOUT_SCHEME = "oci-layout:";

/** @throws {VoxError} REFERENCE_INVALID */
export function parseBaseReference(text: string): BaseReference {
  if (text === "scratch") return { kind: "scratch" };
  return parseStoredBase(text);
}

/**
 * A base that is not `scratch`.
 * @throws {VoxError} REFERENCE_INVALID
 */
export function parseStoredBase(text: string): StoredBaseReference {
  return text.startsWith(LAYOUT_SCHEME) ? parseLayout(text) : { kind: "registry", reference: parseImageReference(text) };
}

/** What the place is asked for: the digest or tag of the reference. */
export const baseTarget = (base: StoredBaseReference): string =>
  base.kind === "layout" ? base.tag : referenceTarget(base.reference);

/** The name in full, for `org.opencontainers.image.base.name`: the same for `node:22` and `docker.io/library/node:22`. */
export function formatBase(base: StoredBaseReference): string {
  return base.kind === "layout" ? `${LAYOUT_SCHEME}${base.dir}:${base.tag}` : formatImageReference(base.reference);
}

/** The last colon parts folder and tag, so that a folder may have one. */
function parseLayout(text: string): StoredBaseReference {
  const place = text.slice(LAYOUT_SCHEME.length);
  const end = place.lastIndexOf(":");
  const dir = place.slice(0, end);
  const tag = place.slice(end + 1);
  if (end > 0 && isTag(tag)) return { kind: "layout", dir, tag };
  throw new VoxError("REFERENCE_INVALID", `\`${text}\` names no tag of an image layout`, {
    hint: "write it as `oci-layout:./dir:tag`",
  });
}

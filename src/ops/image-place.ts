import { counted } from "../core/counted.ts";
import { resolve } from "node:path";
import { parseStoredBase } from "../container/base-image/base-reference.ts";
import { VoxError } from "../errors/vox-error.ts";
import { tagOf } from "../oci/layout-index.ts";
import { formatImageReference, formatRepository, parseImageReference, referenceTarget } from "../oci/reference.ts";
import type { ImagePorts } from "./ports.ts";
import type { ImagePlace } from "./read-image.ts";

type PlacePorts = Pick<ImagePorts, "holdsLayout" | "imageLayout" | "layoutEntries" | "imageRepository">;

/**
 * The image that REF or LAYOUT names: a folder that holds `oci-layout`, `oci-layout:DIR:TAG`, or a reference (contracts, §8).
 * @throws {VoxError} REFERENCE_INVALID, CONTENT_MISSING, USAGE when a layout has several images
 */
export async function openImagePlace(text: string, cwd: string, ports: PlacePorts): Promise<ImagePlace> {
  if (text.startsWith("oci-layout:")) {
    const base = parseStoredBase(text);
    if (base.kind === "layout")
      return { repository: ports.imageLayout(resolve(cwd, base.dir)), target: base.tag, reference: text, name: text };
  }
  const dir = resolve(cwd, text);
  if (await ports.holdsLayout(dir)) {
    const target = await onlyTag(text, dir, ports);
    return { repository: ports.imageLayout(dir), target, reference: `oci-layout:${text}:${target}`, name: text };
  }
  const reference = parseImageReference(text);
  return {
    repository: ports.imageRepository(reference),
    target: referenceTarget(reference),
    reference: formatImageReference(reference),
    name: formatRepository(reference),
  };
}

/** Signatures of the older kind are tagged too, and are no images. */
async function onlyTag(text: string, dir: string, ports: PlacePorts): Promise<string> {
  const tags = (await ports.layoutEntries(dir)).map(tagOf).filter((tag) => tag !== undefined && !tag.startsWith("sha256-"));
  const [tag, ...others] = tags;
  if (tag === undefined) throw new VoxError("CONTENT_MISSING", `the layout \`${text}\` names no image`);
  if (others.length === 0) return tag;
  throw new VoxError("USAGE", `the layout \`${text}\` holds ${counted(tags.length, "image")}`, {
    hint: `name one: \`oci-layout:${text}:${tag}\``,
  });
}

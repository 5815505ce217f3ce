import type { EventSink } from "../../core/events.ts";
import type { ContentStore, TagWriter, TransferOptions } from "../../oci/content-store.ts";
import { copyGraph, type TransferSummary } from "../../oci/copy.ts";
import type { Image } from "../build/image.ts";

export interface LayoutOptions extends TransferOptions {
  readonly tag: string;
  readonly onEvent?: EventSink;
}

/** Writes an image into an image layout under a tag (contracts, §7): in a new one, `index.json` then has one entry. */
export async function writeLayout(
  image: Pick<Image, "root" | "reader">,
  layout: ContentStore & TagWriter,
  options: LayoutOptions,
): Promise<TransferSummary> {
  const { tag, onEvent, signal } = options;
  const transfer = await copyGraph(image.reader, layout, image.root, {
    ...(onEvent && { onEvent }),
    ...(signal && { signal }),
  });
  await layout.tag(image.root, tag, { ...(signal && { signal }) });
  return transfer;
}

import type { HistoryEntry, ImageConfig } from "../../oci/image-config.ts";

/**
 * The base's history; when it is absent or tells of another number of layers, one entry for each layer instead
 * (image-spec, config.md: entries that are not `empty_layer` match the layers).
 */
export function baseHistory(base: ImageConfig): readonly HistoryEntry[] {
  const history = base.history ?? [];
  const layers = base.rootfs.diff_ids.length;
  if (history.filter((entry) => entry.empty_layer !== true).length === layers) return history;
  return base.rootfs.diff_ids.map((diffId) => ({ created_by: `base layer ${diffId}` }));
}

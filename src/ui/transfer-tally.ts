import type { VoxEvent } from "../core/events.ts";
import { formatBytes } from "./format-bytes.ts";

/** What has moved so far. */
export interface TransferTally {
  readonly fetched: number;
  readonly fetchedBytes: number;
  readonly uploaded: number;
  readonly uploadedBytes: number;
  readonly mounted: number;
  readonly skipped: number;
}

export const EMPTY_TALLY: TransferTally = {
  fetched: 0,
  fetchedBytes: 0,
  uploaded: 0,
  uploadedBytes: 0,
  mounted: 0,
  skipped: 0,
};

/** The tally after one more event. */
export function tallied(tally: TransferTally, event: VoxEvent): TransferTally {
  switch (event.kind) {
    case "blob-fetched":
      return { ...tally, fetched: tally.fetched + 1, fetchedBytes: tally.fetchedBytes + event.bytes };
    case "blob-uploaded":
      return { ...tally, uploaded: tally.uploaded + 1, uploadedBytes: tally.uploadedBytes + event.bytes };
    case "blob-mounted":
      return { ...tally, mounted: tally.mounted + 1 };
    case "blob-skipped":
      return { ...tally, skipped: tally.skipped + 1 };
    case "manifest-pushed":
    case "step":
    case "warning":
      return tally;
  }
}

/** `3 fetched (1.20 MB), 2 mounted`; empty when nothing has moved. */
export const renderTally = (tally: TransferTally): string =>
  [
    counted(tally.fetched, "fetched", tally.fetchedBytes),
    counted(tally.uploaded, "uploaded", tally.uploadedBytes),
    counted(tally.mounted, "mounted"),
    counted(tally.skipped, "there already"),
  ]
    .filter((part) => part !== "")
    .join(", ");

function counted(count: number, word: string, bytes?: number): string {
  if (count === 0) return "";
  return bytes === undefined ? `${count} ${word}` : `${count} ${word} (${formatBytes(bytes)})`;
}

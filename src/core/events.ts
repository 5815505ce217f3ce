import type { Digest } from "./digest.ts";

/** What happened while a command ran, for reporters to tell; never needed to go on. */
export type VoxEvent =
  | { readonly kind: "warning"; readonly code: string; readonly message: string; readonly hint?: string }
  | { readonly kind: "step"; readonly message: string }
  | { readonly kind: "blob-fetched"; readonly digest: Digest; readonly bytes: number; readonly what: string }
  | { readonly kind: "blob-uploaded"; readonly digest: Digest; readonly bytes: number }
  | { readonly kind: "blob-mounted"; readonly digest: Digest; readonly from: string }
  | { readonly kind: "blob-skipped"; readonly digest: Digest }
  | { readonly kind: "manifest-pushed"; readonly digest: Digest; readonly bytes: number };

export type EventSink = (event: VoxEvent) => void;

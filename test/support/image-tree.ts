import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { foreignEntries } from "../../src/archive/foreign-members.ts";
import { collectBytes, streamOf } from "../../src/core/byte-stream.ts";
import { at, textAt } from "./vox-cli.ts";

/** One platform's image in a layout: its config, and its layers' tars from below. */
export interface LayoutImage {
  readonly config: unknown;
  readonly layers: readonly Buffer[];
}

const blob = (layout: string, digest: string): Buffer =>
  readFileSync(join(layout, "blobs/sha256", digest.slice("sha256:".length)));

const json = (layout: string, digest: string): unknown => JSON.parse(blob(layout, digest).toString("utf8"));

/** The image of a layout's first platform, or of another one in the index's order. */
export function layoutImage(layout: string, platform = 0): LayoutImage {
  const root: unknown = JSON.parse(readFileSync(join(layout, "index.json"), "utf8"));
  const index = json(layout, textAt(root, "manifests", 0, "digest"));
  const manifest = json(layout, textAt(index, "manifests", platform, "digest"));
  const layers = at(manifest, "layers");
  return {
    config: json(layout, textAt(manifest, "config", "digest")),
    layers: (Array.isArray(layers) ? layers : []).map((_, place) => {
      const bytes = blob(layout, textAt(layers, place, "digest"));
      return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    }),
  };
}

/** Contents of the files of a tar by path. */
export async function filesOf(tar: Buffer): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for await (const { member, isFile, content } of foreignEntries(streamOf(tar))) {
    if (!isFile) continue;
    const bytes = await collectBytes(content, { maxBytes: Infinity, what: member.path });
    files[member.path] = Buffer.from(bytes).toString("utf8");
  }
  return files;
}

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

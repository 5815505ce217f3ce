import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { at, textAt } from "./vox-cli.ts";

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** One package of a folder registry, changed from within: everything that names the changed content is renamed after it. */
export interface PublishedPackage {
  /** Replaces the layer by what `change` makes of its tar. */
  rewriteTar(change: (tar: Buffer) => Buffer): void;
  /** Replaces the blob that the tag names, its manifest, by other bytes. */
  rewriteManifest(bytes: Buffer): void;
}

function openLayout(folder: string) {
  const path = (digest: string): string => join(folder, "blobs/sha256", digest.slice("sha256:".length));
  return {
    read: (digest: string): Buffer => readFileSync(path(digest)),
    json: (digest: string): unknown => JSON.parse(readFileSync(path(digest), "utf8")),
    put: (bytes: Buffer): { digest: string; size: number } => {
      const digest = digestOf(bytes);
      writeFileSync(path(digest), bytes);
      return { digest, size: bytes.length };
    },
    index: (): unknown => JSON.parse(readFileSync(join(folder, "index.json"), "utf8")),
    /** Points every descriptor of `index.json` that named `from` at `to`. */
    retarget: (from: string, to: { digest: string; size: number }): void => {
      const text = readFileSync(join(folder, "index.json"), "utf8");
      const index: { manifests: { digest: string; size: number }[] } = JSON.parse(text);
      const manifests = index.manifests.map((entry) => (entry.digest === from ? { ...entry, ...to } : entry));
      writeFileSync(join(folder, "index.json"), JSON.stringify({ ...index, manifests }));
    },
  };
}

const spread = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});

export function publishedPackage(registryFolder: string, name: string): PublishedPackage {
  const layout = openLayout(join(registryFolder, name));
  const manifestDigest = (): string => textAt(layout.index(), "manifests", 0, "digest");
  return {
    rewriteTar: (change) => {
      const before = manifestDigest();
      const manifest = layout.json(before);
      const tar = change(gunzipSync(layout.read(textAt(manifest, "layers", 0, "digest"))));
      const layer = { ...spread(at(manifest, "layers", 0)), ...layout.put(gzipSync(tar)) };
      const config = {
        ...spread(layout.json(textAt(manifest, "config", "digest"))),
        rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
      };
      const bytes = Buffer.from(JSON.stringify(config));
      const configDescriptor = { ...spread(at(manifest, "config")), ...layout.put(bytes), data: bytes.toString("base64") };
      const rewritten = { ...spread(manifest), layers: [layer], config: configDescriptor };
      layout.retarget(before, layout.put(Buffer.from(JSON.stringify(rewritten))));
    },
    rewriteManifest: (bytes) => layout.retarget(manifestDigest(), layout.put(bytes)),
  };
}

// An OCI image layout: blobs by digest, one index that names a manifest for each platform, one tag.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeTar } from "./tar.mjs";

const TYPE = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

const sha256 = (...chunks) => {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
};

function putBlob(folder, mediaType, bytes) {
  const digest = sha256(bytes);
  writeFileSync(join(folder, "blobs/sha256", digest.slice("sha256:".length)), bytes);
  return { mediaType, digest, size: bytes.length };
}

const putJson = (folder, mediaType, value) => putBlob(folder, mediaType, Buffer.from(JSON.stringify(value)));

function putPlatform(folder, { architecture, entries, run, comment }) {
  const tar = Buffer.concat(writeTar(entries));
  const layer = putBlob(folder, TYPE.layer, gzipSync(tar, { level: 1 }));
  const config = putJson(folder, TYPE.config, {
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: run,
    rootfs: { type: "layers", diff_ids: [sha256(tar)] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "examples/base-image", comment }],
  });
  const manifest = putJson(folder, TYPE.manifest, { schemaVersion: 2, mediaType: TYPE.manifest, config, layers: [layer] });
  return { ...manifest, platform: { architecture, os: "linux" } };
}

/**
 * Writes the layout anew and puts it in place in one step.
 * @returns {string} the index's digest
 */
export function writeLayout({ out, tag, version, platforms }) {
  mkdirSync(dirname(out), { recursive: true });
  const folder = mkdtempSync(`${out}.making-`);
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  const manifests = platforms.map((platform) => putPlatform(folder, platform));
  const annotations = { "org.opencontainers.image.title": "node-base", "org.opencontainers.image.version": version };
  const index = putJson(folder, TYPE.index, { schemaVersion: 2, mediaType: TYPE.index, manifests, annotations });
  const tagged = { ...index, annotations: { "org.opencontainers.image.ref.name": tag } };
  writeFileSync(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, mediaType: TYPE.index, manifests: [tagged] }));
  rmSync(out, { recursive: true, force: true });
  renameSync(folder, out);
  return index.digest;
}

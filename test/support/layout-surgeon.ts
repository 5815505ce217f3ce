import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { canonicalJsonBytes, type JsonValue } from "../../src/core/canonical-json.ts";
import { type Digest, digestOf, hexOf, parseDigest } from "../../src/core/digest.ts";

/** A JSON document that a test takes apart. */
export type Json = ReturnType<typeof JSON.parse>;

/** Changes an image layout on disk as an attacker would: with digests that agree again, or with bytes that no longer do. */
export class LayoutSurgeon {
  readonly dir: string;

  /** Works on a copy. */
  constructor(original: string) {
    this.dir = join(mkdtempSync(join(tmpdir(), "vox-surgery-")), "layout");
    cpSync(original, this.dir, { recursive: true });
  }

  remove(): void {
    rmSync(join(this.dir, ".."), { recursive: true, force: true });
  }

  get index(): Json {
    return JSON.parse(readFileSync(join(this.dir, "index.json"), "utf8"));
  }

  blobPath(digest: string): string {
    return join(this.dir, "blobs/sha256", hexOf(parseDigest(digest)));
  }

  bytes(digest: string): Buffer {
    return readFileSync(this.blobPath(digest));
  }

  json(digest: string): Json {
    return JSON.parse(this.bytes(digest).toString());
  }

  /** Other bytes under the same name. */
  spoil(digest: string): void {
    const bytes = this.bytes(digest);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    rmSync(this.blobPath(digest));
    writeFileSync(this.blobPath(digest), bytes);
  }

  put(bytes: Uint8Array): { readonly digest: Digest; readonly size: number } {
    const digest = digestOf(bytes);
    writeFileSync(this.blobPath(digest), bytes, { flag: "w" });
    return { digest, size: bytes.byteLength };
  }

  putJson(document: Json): { readonly digest: Digest; readonly size: number } {
    const json: JsonValue = JSON.parse(JSON.stringify(document));
    return this.put(canonicalJsonBytes(json));
  }

  /** The digest of the tagged image. */
  get root(): string {
    return this.index["manifests"][0].digest;
  }

  /** The manifests of the platforms, in the index's order. */
  get platforms(): readonly string[] {
    return this.json(this.root)["manifests"].map((entry: Json) => entry["digest"]);
  }

  /** What is attached: entries of `index.json` with the manifest of each. */
  get attached(): readonly { readonly entry: Json; readonly manifest: Json }[] {
    const entries: readonly Json[] = this.index["manifests"].slice(1);
    return entries.map((entry) => ({ entry, manifest: this.json(entry["digest"]) }));
  }

  statementOf({ manifest }: { readonly manifest: Json }): Json {
    const bundle = this.json(manifest["layers"][0].digest);
    return JSON.parse(Buffer.from(bundle["dsseEnvelope"].payload, "base64").toString());
  }

  editIndex(change: (index: Json) => void): void {
    const { index } = this;
    change(index);
    writeFileSync(join(this.dir, "index.json"), JSON.stringify(index));
  }

  /** Attaches a blob as a bundle to a manifest. */
  attach(blob: Uint8Array, subject: string, mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"): void {
    const empty = this.put(Buffer.from("{}"));
    const type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    const image = "application/vnd.oci.image.manifest.v1+json";
    const manifest = this.putJson({
      schemaVersion: 2,
      mediaType: image,
      artifactType: type,
      config: { mediaType: "application/vnd.oci.empty.v1+json", ...empty },
      layers: [{ mediaType, ...this.put(blob) }],
      subject: { mediaType: image, digest: subject, size: this.bytes(subject).byteLength },
    });
    this.editIndex((index) => index["manifests"].push({ mediaType: image, artifactType: type, ...manifest }));
  }

  /** Another tag for what is there. */
  tag(digest: string, tag: string): void {
    const [entry] = this.index["manifests"].filter((candidate: Json) => candidate["digest"] === digest);
    const annotations = { "org.opencontainers.image.ref.name": tag };
    this.editIndex((index) => index["manifests"].push({ ...entry, annotations }));
  }

  /** Takes away what is attached and meets a condition. */
  detach(unwanted: (statement: Json, manifest: Json) => boolean): void {
    const gone = new Set(
      this.attached
        .filter((item) => unwanted(this.statementOf(item), item.manifest))
        .map(({ entry }) => String(entry["digest"])),
    );
    this.editIndex((index) => {
      index["manifests"] = index["manifests"].filter((entry: Json) => !gone.has(entry["digest"]));
    });
  }

  /** Changes manifest and config of the first platform so that all digests agree again; what is attached stays about the old ones. */
  rebuild(change: (manifest: Json, config: Json) => void): void {
    const root = this.json(this.root);
    const [first] = root["manifests"];
    const manifest = this.json(first.digest);
    const config = this.json(manifest["config"].digest);
    change(manifest, config);
    Object.assign(manifest["config"], this.putJson(config));
    Object.assign(first, this.putJson(manifest));
    const made = this.putJson(root);
    this.editIndex((index) => Object.assign(index["manifests"][0], made));
  }

  /** Another layer in place of one of the first platform's. */
  replaceLayer(at: number, change: (tar: Buffer) => Uint8Array): void {
    this.rebuild((manifest, config) => {
      const layer = manifest["layers"][at];
      const tar = change(gunzipSync(this.bytes(layer.digest)));
      Object.assign(layer, this.put(plainGzip(tar)));
      config["rootfs"].diff_ids[at] = digestOf(tar);
    });
  }

  /** One layer more, in front of the one at a place. */
  insertLayer(at: number, tar: Uint8Array, annotations?: Json): void {
    this.rebuild((manifest, config) => {
      const blob = this.put(plainGzip(tar));
      const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
      manifest["layers"].splice(at, 0, { mediaType, ...blob, ...(annotations && { annotations }) });
      config["rootfs"].diff_ids.splice(at, 0, digestOf(tar));
    });
  }
}

/** No name and no time, as vox reads it. */
function plainGzip(tar: Uint8Array): Uint8Array {
  const gzip = gzipSync(tar);
  gzip.fill(0, 4, 8);
  return gzip;
}

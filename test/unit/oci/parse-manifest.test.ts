import { describe, expect, it } from "vitest";
import { type JsonValue, canonicalJsonBytes } from "../../../src/core/canonical-json.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { successorsOf } from "../../../src/oci/graph.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { parseImageConfig } from "../../../src/oci/parse-config.ts";
import { descriptorOf } from "../../../src/oci/parse-descriptor.ts";
import {
  isImageIndex,
  mediaTypeOfManifest,
  parseImageIndex,
  parseImageManifest,
  parseManifestOrIndex,
} from "../../../src/oci/parse-manifest.ts";

const what = "the manifest of `a`";
const digest = digestOf("layer");
const descriptor = { mediaType: MEDIA_TYPE.layerTarGzip, digest, size: 5 };
const manifest = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.imageManifest,
  config: { ...descriptor, mediaType: MEDIA_TYPE.imageConfig },
  layers: [descriptor],
};
const index = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.imageIndex,
  manifests: [{ ...descriptor, mediaType: MEDIA_TYPE.imageManifest }],
};

const readManifest = (value: JsonValue): unknown => parseImageManifest(canonicalJsonBytes(value), { what });
const readIndex = (value: JsonValue): unknown => parseImageIndex(canonicalJsonBytes(value), { what });

describe("a manifest", () => {
  it("is read as it is written, unknown members passed over", () => {
    expect(
      readManifest({ ...manifest, novelty: { a: 1 }, annotations: { k: "v" }, artifactType: "a/b", subject: descriptor }),
    ).toEqual({
      ...manifest,
      annotations: { k: "v" },
      artifactType: "a/b",
      subject: descriptor,
    });
  });

  it("may leave its media type out, and then has the announced one or OCI's", () => {
    const { mediaType: _, ...untyped } = manifest;
    expect(readManifest(untyped)).toEqual(manifest);
    const docker = { mediaType: MEDIA_TYPE.dockerManifest, what };
    expect(parseImageManifest(canonicalJsonBytes(untyped), docker)).toMatchObject({ mediaType: MEDIA_TYPE.dockerManifest });
  });

  it.each<[string, JsonValue, string]>([
    ["a list", [], "`schemaVersion`|is not an object"],
    ["version 1", { ...manifest, schemaVersion: 1 }, "`schemaVersion` is not 2"],
    ["without a config", { ...manifest, config: null }, "`config` is not an object"],
    ["without layers", { ...manifest, layers: "none" }, "`layers` is not a list"],
    [
      "with a digest that is none",
      { ...manifest, layers: [descriptor, { ...descriptor, digest: "sha256:../../x" }] },
      "`layers[1].digest` is not a sha256 digest",
    ],
    ["with a negative size", { ...manifest, layers: [{ ...descriptor, size: -1 }] }, "`layers[0].size` is not a whole number"],
    ["with a broken size", { ...manifest, layers: [{ ...descriptor, size: 0.5 }] }, "`layers[0].size` is not a whole number"],
    ["with an empty type", { ...manifest, layers: [{ ...descriptor, mediaType: "" }] }, "`layers[0].mediaType` is empty"],
    ["with annotations that are no text", { ...manifest, annotations: { k: 1 } }, "`annotations.k` is not a string"],
    ["that is an index too", { ...manifest, manifests: [] }, "`manifests` does not belong there"],
    ["of an index's type", { ...manifest, mediaType: MEDIA_TYPE.imageIndex }, "`mediaType` is"],
    ["of an unknown type", { ...manifest, mediaType: "text/html" }, "`mediaType` is `text/html`"],
  ])("is refused %s, with the place", (_, value, complaint) => {
    expect(() => readManifest(value)).toThrow(expect.objectContaining({ code: "OCI_INVALID", exitCode: 65 }));
    const pattern = complaint
      .split("|")
      .map((part) => part.replaceAll(/[.*+?^${}()[\]\\]/g, "\\$&"))
      .join("|");
    expect(() => readManifest(value)).toThrow(new RegExp(pattern));
    expect(() => readManifest(value)).toThrow(what);
  });

  it("is refused when it is of another type than was announced", () => {
    const announced = { mediaType: MEDIA_TYPE.dockerManifest, what };
    expect(() => parseImageManifest(canonicalJsonBytes(manifest), announced)).toThrow(/was announced/);
  });

  it.each([Buffer.from("{"), Buffer.from([0x22, 0xff, 0x22]), new Uint8Array()])("is refused when it is no JSON", (bytes) => {
    expect(() => parseImageManifest(bytes, { what })).toThrow(expect.objectContaining({ code: "OCI_INVALID" }));
  });

  it("is refused above 4 MiB", () => {
    const bytes = canonicalJsonBytes({ ...manifest, annotations: { k: "v".repeat(4 * 1024 * 1024) } });
    expect(() => parseImageManifest(bytes, { what })).toThrow(expect.objectContaining({ code: "CONTENT_TOO_LARGE" }));
  });

  it("is refused when inlined data is other content", () => {
    const data = Buffer.from("layer").toString("base64");
    expect(readManifest({ ...manifest, layers: [{ ...descriptor, data }] })).toMatchObject({ layers: [{ data }] });
    for (const wrong of [Buffer.from("lazer").toString("base64"), "", "%%%"]) {
      const value = { ...manifest, layers: [{ ...descriptor, data: wrong }] };
      expect(() => readManifest(value)).toThrow(expect.objectContaining({ code: "CONTENT_MISMATCH" }));
    }
  });
});

describe("an index", () => {
  it("is read with platforms", () => {
    const platform = { architecture: "arm64", os: "linux", variant: "v8", "os.version": "1", "os.features": ["x"] };
    const value = {
      ...index,
      manifests: [{ ...index.manifests[0], platform, artifactType: "a/b", annotations: { k: "v" }, urls: ["u"] }],
    };
    expect(readIndex(value)).toEqual(value);
  });

  it.each<JsonValue>([
    { ...index, layers: [] },
    { ...index, config: descriptor },
    { ...index, manifests: {} },
    { ...index, mediaType: MEDIA_TYPE.imageManifest },
  ])("is refused when it is not only that", (value) => {
    expect(() => readIndex(value)).toThrow(expect.objectContaining({ code: "OCI_INVALID" }));
  });

  it("is told from a manifest by the descriptor, and by its own members when there is none", () => {
    const bytes = canonicalJsonBytes(index);
    expect(isImageIndex(parseManifestOrIndex(bytes, descriptorOf(bytes, MEDIA_TYPE.imageIndex)))).toBe(true);
    expect(mediaTypeOfManifest(bytes, what)).toBe(MEDIA_TYPE.imageIndex);
    const { mediaType: _, ...untyped } = manifest;
    expect(mediaTypeOfManifest(canonicalJsonBytes(untyped), what)).toBe(MEDIA_TYPE.imageManifest);
  });
});

it("what content names is its manifests, or its config and layers, or nothing; never its subject", () => {
  const manifestBytes = canonicalJsonBytes({ ...manifest, subject: { ...descriptor, size: 7 } });
  expect(successorsOf(descriptorOf(manifestBytes, MEDIA_TYPE.imageManifest), manifestBytes)).toEqual([
    manifest.config,
    descriptor,
  ]);
  const indexBytes = canonicalJsonBytes(index);
  expect(successorsOf(descriptorOf(indexBytes, MEDIA_TYPE.imageIndex), indexBytes)).toEqual(index.manifests);
  expect(successorsOf(descriptor, Buffer.from("layer"))).toEqual([]);
});

describe("an image config", () => {
  const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [digest] } };
  const read = (value: JsonValue): unknown => parseImageConfig(canonicalJsonBytes(value), "the config of `a`");

  it("is read with all that runs a container, what Docker writes besides dropped", () => {
    const full = {
      ...config,
      variant: "v8",
      created: "1970-01-01T00:00:00Z",
      author: "ada",
      config: {
        User: "1000",
        ExposedPorts: { "80/tcp": {} },
        Env: ["PATH=/bin"],
        Entrypoint: ["node"],
        Cmd: [],
        Volumes: { "/data": {} },
        WorkingDir: "/app",
        Labels: { k: "v" },
        StopSignal: "SIGTERM",
        Healthcheck: { Test: ["CMD", "true"], Interval: 1, Timeout: 2, StartPeriod: 3, Retries: 4 },
      },
      history: [{ created: "1970-01-01T00:00:00Z", created_by: "vox", comment: "c", empty_layer: true }],
    };
    const docker = {
      ...full,
      docker_version: "20",
      container: "x",
      config: { ...full.config, OnBuild: null, ArgsEscaped: true },
    };
    expect(read(docker)).toEqual(full);
  });

  it("takes Docker's nulls for absent", () => {
    const nulls = {
      User: "",
      Env: null,
      Cmd: null,
      Entrypoint: null,
      Volumes: null,
      Labels: null,
      ExposedPorts: null,
      Healthcheck: null,
    };
    expect(read({ ...config, config: nulls, history: null })).toEqual({ ...config, config: { User: "" } });
  });

  it.each<[string, JsonValue]>([
    ["architecture", { ...config, architecture: 1 }],
    ["rootfs", { ...config, rootfs: null }],
    ["rootfs.type", { ...config, rootfs: { type: "other", diff_ids: [] } }],
    ["rootfs.diff_ids[0]", { ...config, rootfs: { type: "layers", diff_ids: ["x"] } }],
    ["config.Env[0]", { ...config, config: { Env: [1] } }],
    ["config.Labels.k", { ...config, config: { Labels: { k: [] } } }],
    ["history[0].empty_layer", { ...config, history: [{ empty_layer: "yes" }] }],
  ])("is refused with the place when `%s` is wrong", (place, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: "OCI_INVALID" }));
    expect(() => read(value)).toThrow(`\`${place}\``);
  });
});

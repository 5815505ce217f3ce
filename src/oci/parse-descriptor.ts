import { digestOf } from "../core/digest.ts";
import type { JsonCursor } from "../core/json-cursor.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor, PlatformSpec } from "./descriptor.ts";

/** The descriptor of bytes at hand. */
export const descriptorOf = (bytes: Uint8Array, mediaType: string): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.byteLength,
});

/**
 * A descriptor in foreign JSON; unknown members are passed over, inlined `data` is proved (image-spec, descriptor.md).
 * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH
 */
export function parseDescriptor(json: JsonCursor): Descriptor {
  const annotations = json.at("annotations").present?.map((value) => value.string());
  const artifactType = json.at("artifactType").present?.string();
  const platform = json.at("platform").present;
  const data = json.at("data").present?.string();
  const urls = json.at("urls").present?.strings();
  const descriptor: Descriptor = {
    mediaType: json.at("mediaType").string() || json.at("mediaType").fail("is empty"),
    digest: json.at("digest").digest(),
    size: json.at("size").count(),
    ...(annotations && { annotations }),
    ...(artifactType && { artifactType }),
    ...(platform && { platform: parsePlatformSpec(platform) }),
    ...(data !== undefined && { data }),
    ...(urls && { urls }),
  };
  inlinedContent(descriptor);
  return descriptor;
}

/**
 * The bytes that a descriptor carries in its own `data`, proved; `undefined` when it carries none.
 * @throws {VoxError} CONTENT_MISMATCH
 */
export function inlinedContent(descriptor: Descriptor): Uint8Array | undefined {
  if (descriptor.data === undefined) return undefined;
  const bytes = Buffer.from(descriptor.data, "base64");
  if (bytes.byteLength !== descriptor.size || digestOf(bytes) !== descriptor.digest) {
    throw new VoxError("CONTENT_MISMATCH", `the inlined data of \`${descriptor.digest}\` is other content`);
  }
  return bytes;
}

function parsePlatformSpec(json: JsonCursor): PlatformSpec {
  const variant = json.at("variant").present?.string();
  const version = json.at("os.version").present?.string();
  const features = json.at("os.features").present?.strings();
  return {
    architecture: json.at("architecture").string(),
    os: json.at("os").string(),
    ...(variant && { variant }),
    ...(version && { "os.version": version }),
    ...(features && { "os.features": features }),
  };
}

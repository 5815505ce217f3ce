import type { Digest } from "../core/digest.ts";

export type Annotations = Readonly<Record<string, string>>;

/** The platform object of an index's descriptor (image-spec, image-index.md). */
export interface PlatformSpec {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
}

/** Names content by digest, size in bytes and type (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Annotations;
  readonly artifactType?: string;
  readonly platform?: PlatformSpec;
  /** The content itself in base64, when it is small. */
  readonly data?: string;
  readonly urls?: readonly string[];
}

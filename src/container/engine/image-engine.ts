import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import type { Platform } from "../../core/platform.ts";
import type { TransferOptions } from "../../oci/content-store.ts";

/** An engine as the maker of the lower part of an image. */
export interface ImageEngine {
  /** An image that it holds, by ID or name. */
  find(name: string): Promise<EngineImage | undefined>;
  /**
   * Takes the tar of `dockerArchive` in.
   * @returns the image's ID
   * @throws {VoxError} ENGINE_FAILED
   */
  load(archive: ByteStream, options?: TransferOptions): Promise<string>;
  /**
   * Builds what the context's Dockerfile says; what a failed or stopped build leaves is removed.
   * @returns the image's ID
   * @throws {VoxError} ENGINE_BUILD_FAILED, ENGINE_FAILED, ENGINE_UNAVAILABLE
   */
  build(request: EngineBuild, options?: TransferOptions): Promise<string>;
  /** The image as a tar, as `docker save` writes it. */
  save(id: string, options?: TransferOptions): ByteStream;
  /** Removes an image that has no name, with those that it alone stands on; one that is not there is no failure. */
  remove(id: string): Promise<void>;
}

export interface EngineImage {
  readonly id: string;
  readonly diffIds: readonly Digest[];
}

export interface EngineBuild {
  /** A tar with the Dockerfile in it. */
  readonly context: () => ByteStream;
  /** Its path in the context. */
  readonly dockerfile: string;
  readonly platform: Platform;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Whether its steps may use the network. */
  readonly network: "default" | "none";
  /** Takes no step's result from an earlier build. */
  readonly anew: boolean;
  readonly onEvent?: EventSink | undefined;
}

import type { JudgedLayer, JudgedPlatform } from "../attest/verify/check-layers.ts";
import {
  type InspectedLayer,
  inspectPackages,
  inspectPaths,
  isApplicationMember,
  isSystemMember,
} from "../attest/verify/inspect-layer.ts";
import { readWorkdirPlace } from "../container/base-image/read-workdir-place.ts";
import { isOddWorkdir } from "../container/plan/workdir-place.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { ImageConfig } from "../oci/image-config.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import type { ReadPlatform } from "./read-image.ts";

const LAYERS_AT_ONCE = 2;

/** What lies below the layers of ours. */
export interface LowerFacts {
  /** How many the base has; where that is not known, all below the first layer of ours. */
  readonly baseLayers: number | undefined;
  /** Whether an engine made layers above the base, as a believed provenance says. */
  readonly engineBuilt: boolean;
}

/** Reads layers of images, each once, however many platforms have it. */
export class LayerReader {
  readonly #reader: ContentReader;
  readonly #signal: AbortSignal;
  readonly #read = new Map<string, Promise<InspectedLayer>>();

  constructor(reader: ContentReader, signal: AbortSignal) {
    this.#reader = reader;
    this.#signal = signal;
  }

  async judge({ platform, document, config }: ReadPlatform, { baseLayers, engineBuilt }: LowerFacts): Promise<JudgedPlatform> {
    const kinds = kindsOf(document.layers, { baseLayers, engineBuilt });
    const workdir = await this.#realWorkdir(
      document.layers.filter((_, at) => kinds[at] === "base" || kinds[at] === "engine"),
      config,
    );
    const belongs = isApplicationMember(workdir);
    const layers = await mapConcurrent(document.layers, LAYERS_AT_ONCE, (descriptor, at) =>
      this.#judge({ descriptor, diffId: config.rootfs.diff_ids[at], kind: kinds[at] ?? "base" }, belongs, workdir),
    );
    return { platform, layers };
  }

  /** Where the builder laid the application: what the base's links above an odd workdir lead to (ADR 007). */
  async #realWorkdir(layers: readonly Descriptor[], config: ImageConfig): Promise<string> {
    const workdir = config.config?.WorkingDir ?? "/";
    if (!isOddWorkdir(workdir)) return workdir;
    try {
      const place = await readWorkdirPlace({ config, layers, reader: this.#reader }, { workdir, signal: this.#signal });
      return place.workdir;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isVoxError(error)) throw error;
      // Then a layer that lies elsewhere is told as one.
      return workdir;
    }
  }

  async #judge(
    layer: Pick<JudgedLayer, "descriptor" | "diffId" | "kind">,
    belongs: ReturnType<typeof isApplicationMember>,
    workdir: string,
  ): Promise<JudgedLayer> {
    if (layer.kind === "base" || layer.kind === "engine") return layer;
    try {
      return { ...layer, inspected: await this.#once(layer, belongs, workdir) };
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isVoxError(error)) throw error;
      return { ...layer, fault: `${error.code}: ${error.message}` };
    }
  }

  #once(
    { descriptor, kind }: Pick<JudgedLayer, "descriptor" | "kind">,
    belongs: ReturnType<typeof isApplicationMember>,
    workdir: string,
  ): Promise<InspectedLayer> {
    const { mediaType, digest, size } = descriptor;
    const key = `${kind} ${digest} ${mediaType} ${workdir}`;
    const known = this.#read.get(key);
    if (known) return known;
    const plain = { mediaType, digest, size };
    const blob = this.#reader.fetch(plain, { signal: this.#signal });
    const found =
      kind === "packages"
        ? inspectPackages(blob, plain)
        : inspectPaths(blob, plain, kind === "application" ? belongs : isSystemMember);
    this.#read.set(key, found);
    return found;
  }
}

/** The last layer that names itself is the application's, those before it the packages'; what names itself not is the base's, or above that the system's. */
function kindsOf(layers: readonly Descriptor[], { baseLayers, engineBuilt }: LowerFacts): readonly JudgedLayer["kind"][] {
  const isNamed = ({ annotations }: Descriptor): boolean => annotations?.[ANNOTATION.voxPackages] !== undefined;
  const last = layers.findLastIndex(isNamed);
  const first = layers.findIndex(isNamed);
  const bases = baseLayers ?? (first < 0 ? layers.length : first);
  return layers.map((layer, at) => {
    if (isNamed(layer)) return at === last ? "application" : "packages";
    if (at < bases) return "base";
    return engineBuilt && at < first ? "engine" : "system";
  });
}

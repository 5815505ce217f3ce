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
import type { CachePorts, RunPorts } from "./ports.ts";
import type { ReadPlatform } from "./read-image.ts";

const LAYERS_AT_ONCE = 2;

/** What lies below the layers of ours. */
export interface LowerFacts {
  /** How many the base has; where that is not known, all below the first layer of ours. */
  readonly baseLayers: number | undefined;
  /** Whether an engine made layers above the base, as a believed provenance says. */
  readonly engineBuilt: boolean;
}

/** What is remembered of bases, and when to stop. */
export type LayerPorts = Pick<CachePorts, "facts"> & Pick<RunPorts, "signal">;

/** Reads layers of images, each once, however many platforms have it. */
export class LayerReader {
  readonly #reader: ContentReader;
  readonly #ports: LayerPorts;
  readonly #read = new Map<string, Promise<InspectedLayer>>();

  constructor(reader: ContentReader, ports: LayerPorts) {
    this.#reader = reader;
    this.#ports = ports;
  }

  async judge({ platform, document, config }: ReadPlatform, { baseLayers, engineBuilt }: LowerFacts): Promise<JudgedPlatform> {
    const kinds = kindsOf(document.layers, { baseLayers, engineBuilt });
    const workdir = config.config?.WorkingDir ?? "/";
    const judgeAll = (at: string): Promise<readonly JudgedLayer[]> =>
      mapConcurrent(document.layers, LAYERS_AT_ONCE, (descriptor, index) => {
        const layer = { descriptor, diffId: config.rootfs.diff_ids[index], kind: kinds[index] ?? "base" };
        return this.#judge(layer, at);
      });
    const layers = await judgeAll(workdir);
    if (!isOddWorkdir(workdir) || !layers.some(({ kind, inspected }) => kind === "application" && inspected?.strays.length))
      return { platform, layers };
    const below = document.layers.filter((_, index) => kinds[index] === "base" || kinds[index] === "engine");
    return { platform, layers: await judgeAll(await this.#realWorkdir(below, config, workdir)) };
  }

  /** Where the builder laid the application: what the base's links above an odd workdir lead to (ADR 007). */
  async #realWorkdir(layers: readonly Descriptor[], config: ImageConfig, workdir: string): Promise<string> {
    const { signal, facts } = this.#ports;
    try {
      const place = await readWorkdirPlace({ config, layers, reader: this.#reader }, { workdir, signal, facts });
      return place.workdir;
    } catch (error) {
      signal.throwIfAborted();
      if (!isVoxError(error)) throw error;
      // Then a layer that lies elsewhere is told as one.
      return workdir;
    }
  }

  async #judge(layer: Pick<JudgedLayer, "descriptor" | "diffId" | "kind">, workdir: string): Promise<JudgedLayer> {
    if (layer.kind === "base" || layer.kind === "engine") return layer;
    try {
      return { ...layer, inspected: await this.#once(layer, workdir) };
    } catch (error) {
      this.#ports.signal.throwIfAborted();
      if (!isVoxError(error)) throw error;
      return { ...layer, fault: `${error.code}: ${error.message}` };
    }
  }

  #once({ descriptor, kind }: Pick<JudgedLayer, "descriptor" | "kind">, workdir: string): Promise<InspectedLayer> {
    const { mediaType, digest, size } = descriptor;
    const key = `${kind} ${digest} ${mediaType} ${kind === "application" ? workdir : ""}`;
    const known = this.#read.get(key);
    if (known) return known;
    const plain = { mediaType, digest, size };
    const blob = this.#reader.fetch(plain, { signal: this.#ports.signal });
    const found =
      kind === "packages"
        ? inspectPackages(blob, plain)
        : inspectPaths(blob, plain, kind === "application" ? isApplicationMember(workdir) : isSystemMember);
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

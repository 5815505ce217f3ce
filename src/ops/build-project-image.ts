import { type BuiltImage, buildImage } from "../container/build/native-builder.ts";
import { type ImagePlan, planImage } from "../container/plan/image-plan.ts";
import type { Engine } from "../container/engine/engine.ts";
import { planForPlatform } from "../container/plan/platform-plan.ts";
import { formatBase } from "../container/base-image/base-reference.ts";
import { VoxError } from "../errors/vox-error.ts";
import { openBase } from "./lock-base-images.ts";
import type { Materialized } from "./materialize-project.ts";
import { lowerRecords } from "./lower-records.ts";
import type { CachePorts, EnginePorts, ImagePorts, RunPorts } from "./ports.ts";
import { carriesBase, type Vendored } from "./vendored.ts";

export interface ProjectImage {
  readonly plan: ImagePlan;
  readonly image: BuiltImage;
}

export interface BuildProjectOptions {
  /** Absolute; what the path of a base in an image layout is relative to. */
  readonly folder: string;
  readonly offline: boolean;
  readonly vendored: Vendored;
  /** What an engine lays upon the base: `anew` although it was built before, or left to whoever builds a Dockerfile. */
  readonly lower?: "built" | "anew" | "left-out";
  /** For this machine's engine alone: what an engine has to build is then built for no other platform. */
  readonly forEngine?: boolean;
}

/**
 * Plans and builds the image of what was materialized; nothing of it is copied yet.
 * @throws {VoxError} OFFLINE_UNPROVABLE, and as `planImage` and `buildImage`
 */
export async function buildProjectImage(
  { project, content }: Materialized,
  options: BuildProjectOptions,
  ports: Pick<CachePorts, "layers" | "documents" | "facts"> & ImagePorts & EnginePorts & RunPorts,
): Promise<ProjectImage> {
  const { voxVersion, created, signal, onEvent } = ports;
  const whole = planImage(project, { voxVersion, ...(created === undefined ? {} : { created }) });
  let connected: Promise<Engine> | undefined;
  const engine = () => (connected ??= ports.engine(project.deploy.runtime));
  const plan = options.forEngine && whole.lower ? planForPlatform(whole, (await engine()).description.platform) : whole;
  const { lower: _, ...native } = plan;
  const image = await buildImage(options.lower === "left-out" ? native : plan, {
    content,
    layers: ports.layers,
    bases: {
      documents: ports.documents,
      facts: ports.facts,
      open: async (base) => {
        if (!options.offline || base.kind === "layout") return openBase(base, options.folder, ports);
        const carried = await options.vendored.layout();
        if (carried && (await carriesBase(carried, formatBase(base)))) return carried;
        throw new VoxError("OFFLINE_UNPROVABLE", "the base image is in a registry, which cannot be asked offline");
      },
    },
    lower: {
      engine: async () => (await engine()).images,
      records: lowerRecords(ports.facts),
      network: options.offline ? "none" : "default",
      anew: options.lower === "anew",
    },
    signal,
    onEvent,
  });
  return { plan, image };
}

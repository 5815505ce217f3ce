import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Dockerode from "dockerode";
import { type ByteStream, collectBytes } from "../../core/byte-stream.ts";
import { isDigest } from "../../core/digest.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import { buildBrokeOff, builtBy } from "./build-failure.ts";
import { BuildProgress } from "./build-progress.ts";
import type { EngineDescription } from "./engine.ts";
import { engineFailure, isNotFound } from "./engine-failure.ts";
import type { EngineBuild, EngineImage, ImageEngine } from "./image-engine.ts";
import { loadedImages } from "./load-progress.ts";

export interface EngineImagesOptions {
  readonly description: EngineDescription;
  /** Whether builds go through BuildKit. */
  readonly buildkit: boolean;
}

/** Within what a command has to clean up when it is stopped. */
const REMOVE_ATTEMPTS = 12;
const REMOVE_PAUSE_MS = 200;

const MAX_LOAD_ANSWER_BYTES = 16 * 1024 * 1024;

/** Images of an engine through its API: builds, `docker save`, removal. */
export class EngineImages implements ImageEngine {
  readonly #docker: Dockerode;
  readonly #options: EngineImagesOptions;

  constructor(docker: Dockerode, options: EngineImagesOptions) {
    this.#docker = docker;
    this.#options = options;
  }

  async find(name: string): Promise<EngineImage | undefined> {
    try {
      const info = await this.#docker.getImage(name).inspect();
      return { id: info.Id, diffIds: (info.RootFS.Layers ?? []).filter(isDigest) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw engineFailure(`does not tell of image \`${name}\``, error);
    }
  }

  async load(archive: ByteStream, { signal }: TransferOptions = {}): Promise<string> {
    const source = Readable.from(archive, { objectMode: false });
    let sourceFailure: unknown;
    source.on("error", (error) => (sourceFailure = error));
    try {
      const answer = await this.#docker.loadImage(source, { quiet: true, ...(signal && { abortSignal: signal }) });
      const text = await collectBytes(bytesOf(answer), { maxBytes: MAX_LOAD_ANSWER_BYTES, what: "the engine's answer" });
      const [name] = loadedImages(Buffer.from(text).toString("utf8"));
      if (name === undefined) throw new VoxError("ENGINE_FAILED", "the engine does not say what it loaded");
      return (await this.#docker.getImage(name).inspect()).Id;
    } catch (error) {
      throw sourceFailure ?? engineFailure("does not load the image", error);
    } finally {
      source.destroy();
    }
  }

  async build(request: EngineBuild, options: TransferOptions = {}): Promise<string> {
    const progress = new BuildProgress((message) => request.onEvent?.({ kind: "step", message }));
    const context = Readable.from(request.context(), { objectMode: false });
    let contextFailure: unknown;
    context.on("error", (error) => (contextFailure = error));
    try {
      const answer = await this.#docker.buildImage(context, this.#buildOptions(request, options));
      for await (const line of linesOf(answer)) progress.take(line);
      return builtBy(progress.report, request.platform, this.#options.description.platform);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (contextFailure) throw contextFailure;
      if (isVoxError(error)) throw error;
      throw isBrokenConnection(error) ? buildBrokeOff(error) : engineFailure("does not build the lower part", error);
    } finally {
      context.destroy();
      const { id, intermediate, container } = progress.report;
      if (id === undefined && container !== undefined) await this.#removeContainer(container);
      if (id === undefined && intermediate !== undefined) await this.#removeSoon(intermediate);
    }
  }

  async *save(id: string, { signal }: TransferOptions = {}): ByteStream {
    try {
      const answer = await this.#docker.getImage(id).get();
      yield* Readable.from(answer, { objectMode: false, ...(signal && { signal }) });
    } catch (error) {
      signal?.throwIfAborted();
      throw engineFailure("does not give out what it built", error);
    }
  }

  async remove(id: string): Promise<void> {
    try {
      const image = this.#docker.getImage(id);
      // What a person gave a name is that person's, though a build may come to the same image.
      if (((await image.inspect()).RepoTags ?? []).length === 0) await image.remove({ force: true });
    } catch (error) {
      if (!isNotFound(error)) throw engineFailure(`does not remove image \`${id}\``, error);
    }
  }

  /** The engine takes it away too, in its own time; until then it holds the image that is to go. */
  async #removeContainer(id: string): Promise<void> {
    await this.#docker
      .getContainer(id)
      .remove({ force: true })
      .catch(() => undefined);
  }

  /** An engine lets go of a step's container a moment after the build was given up. */
  async #removeSoon(id: string): Promise<void> {
    for (let attempt = 1; attempt <= REMOVE_ATTEMPTS; attempt += 1) {
      try {
        return await this.remove(id);
      } catch {
        await sleep(REMOVE_PAUSE_MS);
      }
    }
  }

  /** Containers of a failed step are removed too. */
  #buildOptions(
    { dockerfile, platform, buildArgs, network, anew }: EngineBuild,
    { signal }: TransferOptions,
  ): Dockerode.ImageBuildOptions {
    const options: Dockerode.ImageBuildOptions = {
      dockerfile,
      platform,
      buildargs: { ...buildArgs },
      rm: true,
      forcerm: true,
      ...(anew && { nocache: true }),
      ...(network === "none" && { networkmode: "none" }),
      ...(signal && { abortSignal: signal }),
    };
    return this.#options.buildkit ? Object.assign(options, BUILDKIT) : options;
  }
}

/** As a number, since the library opens a session for the text, and hands one login to every host that asks in it. */
const BUILDKIT = { version: 2 };

const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error && (/aborted|socket hang up/i.test(error.message) || ("code" in error && error.code === "ECONNRESET"));

async function* bytesOf(stream: NodeJS.ReadableStream): ByteStream {
  for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

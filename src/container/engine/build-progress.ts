import { readBuildkitTrace } from "./buildkit-trace.ts";
import { parseStreamMessage } from "./stream-message.ts";

/** What a build told so far. */
export interface BuildReport {
  /** The image's ID; absent until the engine says that it is built. */
  readonly id?: string;
  /** The last image that the classic builder committed on its way. */
  readonly intermediate?: string;
  /** The container of the step that the classic builder runs, until it says that it took it away. */
  readonly container?: string;
  /** The engine's words for why it failed; it tells so inside an answer that began with 200. */
  readonly error?: string;
  /** The step that was under way when it failed: `RUN …`. */
  readonly step?: string;
  /** The last lines that steps printed. */
  readonly output: readonly string[];
}

const KEPT_LINES = 20;

/** Docker's and Podman's classic builders, for people: `Step 2/3 : RUN …`, `STEP 2/3: RUN …`. */
const CLASSIC_STEP = /^step (\d+\/\d+) ?: (.+)$/i;
/** The image that the last step gave; the first step gives the base. */
const CLASSIC_COMMIT = /^ ?-+> ([0-9a-f]{11,64})$/;
const CLASSIC_RUNNING = /^ ?-+> Running in ([0-9a-f]{12,64})$/;
const CLASSIC_REMOVED = /^(?: ?-+> )?Remov(?:ing|ed) intermediate container /;
const CLASSIC_RESULT = /^(?:Successfully built ([0-9a-f]+)|(sha256:[0-9a-f]{64}))$/;
/** `[2/3] RUN …`, `[build 1/2] FROM …`; what else BuildKit tells of is its own affair. */
const BUILDKIT_STEP = /^\[(?!internal\])/;
const STEP_COUNT = /^\[[^\]]*\] /;
/** A step is told in a line. */
const STEP_CHARS = 120;
/** What builders say of themselves between the steps' output. */
const CLASSIC_TALK = /^(?: ?---> |Remov(?:ing|ed) intermediate container |--> |COMMIT|Successfully tagged )/;

/** Reads the stream of JSON documents that answers a build, of the classic builder and of BuildKit (Engine API, "ImageBuild"). */
export class BuildProgress {
  readonly #onStep: (message: string) => void;
  readonly #told = new Set<string>();
  #output: string[] = [];
  #id: string | undefined;
  #error: string | undefined;
  #step: string | undefined;
  #intermediate: string | undefined;
  #container: string | undefined;

  constructor(onStep: (message: string) => void) {
    this.#onStep = onStep;
  }

  get report(): BuildReport {
    return {
      ...(this.#id !== undefined && { id: this.#id }),
      ...(this.#error !== undefined && { error: this.#error }),
      ...(this.#intermediate !== undefined && { intermediate: this.#intermediate }),
      ...(this.#container !== undefined && { container: this.#container }),
      ...(this.#step !== undefined && { step: this.#step }),
      output: this.#output,
    };
  }

  /** One document of the stream; a line that is none is the engine's output. */
  take(line: string): void {
    if (line.trim() === "") return;
    const message = parseStreamMessage(line);
    if (message === undefined) return this.#print(line);
    const { error, stream, id, trace, built } = message;
    if (error !== undefined) this.#error = error;
    if (stream !== undefined) for (const part of stream.split("\n")) this.#classic(part.trimEnd());
    if (id === "moby.buildkit.trace") this.#trace(trace ?? "");
    else this.#id = built ?? this.#id;
  }

  #classic(line: string): void {
    const [, count, instruction] = CLASSIC_STEP.exec(line) ?? [];
    if (count !== undefined && instruction !== undefined) return this.#tell(count, `[${count}] ${instruction}`);
    if (this.#told.size > 1) this.#intermediate = CLASSIC_COMMIT.exec(line)?.[1] ?? this.#intermediate;
    this.#container = CLASSIC_RUNNING.exec(line)?.[1] ?? (CLASSIC_REMOVED.test(line) ? undefined : this.#container);
    const [, short, whole] = CLASSIC_RESULT.exec(line) ?? [];
    if (short !== undefined || whole !== undefined) this.#id ??= whole ?? short;
    else if (line !== "" && !CLASSIC_TALK.test(line)) this.#print(line);
  }

  #trace(base64: string): void {
    const { steps, output } = readBuildkitTrace(Buffer.from(base64, "base64"));
    for (const { digest, name, started, cached, error } of steps) {
      if (!BUILDKIT_STEP.test(name)) continue;
      if (started) this.#tell(digest, cached ? `${name} (kept)` : name);
      if (error === "") continue;
      this.#error ??= error;
      this.#step = name.replace(STEP_COUNT, "");
    }
    for (const text of output) for (const line of text.split("\n")) if (line.trim() !== "") this.#print(line.trimEnd());
  }

  #tell(key: string, message: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#step = message.replace(STEP_COUNT, "");
    this.#onStep(message.length > STEP_CHARS ? `${message.slice(0, STEP_CHARS - 1)}…` : message);
  }

  #print(line: string): void {
    this.#output = [...this.#output, line].slice(-KEPT_LINES);
  }
}

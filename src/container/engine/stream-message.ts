/** One document of the stream that an engine answers a build or a load with (Engine API, "ImageBuild", "ImageLoad"). */
export interface StreamMessage {
  /** The engine's words for why it failed: it tells so inside an answer that began with 200. */
  readonly error?: string;
  readonly stream?: string;
  /** What `aux` is of. */
  readonly id?: string;
  /** BuildKit's trace, in base64. */
  readonly trace?: string;
  /** The ID of what was built. */
  readonly built?: string;
}

type JsonRecord = Readonly<Record<string, unknown>>;

const UNSAID = "it does not say why";

/** `undefined` for a line that is no document: some engines print their progress bare. */
export function parseStreamMessage(line: string): StreamMessage | undefined {
  const message = documentOf(line);
  if (message === undefined) return undefined;
  const [stream, id, trace] = [text(message["stream"]), text(message["id"]), text(message["aux"])];
  const built = textAt(message["aux"], "ID");
  const error = errorOf(message);
  return {
    ...(error !== undefined && { error }),
    ...(stream !== undefined && { stream }),
    ...(id !== undefined && { id }),
    ...(trace !== undefined && { trace }),
    ...(built !== undefined && { built }),
  };
}

function errorOf(message: JsonRecord): string | undefined {
  const said = textAt(message["errorDetail"], "message") ?? text(message["error"]);
  if (said !== undefined) return said.trim();
  return message["errorDetail"] === undefined && message["error"] === undefined ? undefined : UNSAID;
}

const isRecord = (value: unknown): value is JsonRecord => typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const textAt = (value: unknown, key: string): string | undefined => (isRecord(value) ? text(value[key]) : undefined);

function documentOf(line: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

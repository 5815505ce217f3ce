import { VoxError } from "../errors/vox-error.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import type { JsonValue } from "./canonical-json.ts";
import { type Digest, isDigest } from "./digest.ts";

export interface JsonSource {
  /** The code of every complaint. */
  readonly code: ErrorCode;
  /** What is read, for the complaint: "the manifest of `a`". */
  readonly what: string;
}

/** A place in foreign JSON: reads it as a type, or says which member is not of that type. `null` counts as absent. */
export class JsonCursor {
  readonly #value: unknown;
  readonly #path: string;
  readonly #source: JsonSource;

  constructor(value: unknown, source: JsonSource, path = "") {
    this.#value = value;
    this.#path = path;
    this.#source = source;
  }

  /** The place itself, or `undefined` when nothing is there. */
  get present(): JsonCursor | undefined {
    return this.#value === undefined || this.#value === null ? undefined : this;
  }

  at(key: string): JsonCursor {
    const value = this.#record();
    return new JsonCursor(
      Object.hasOwn(value, key) ? value[key] : undefined,
      this.#source,
      this.#path ? `${this.#path}.${key}` : key,
    );
  }

  /** A place of a list; absent beyond its end. */
  item(index: number): JsonCursor {
    const value: unknown = Array.isArray(this.#value) ? this.#value[index] : this.fail("is not a list");
    return new JsonCursor(value, this.#source, `${this.#path}[${index}]`);
  }

  string(): string {
    return typeof this.#value === "string" ? this.#value : this.fail("is not a string");
  }

  boolean(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.fail("is not a boolean");
  }

  /** A whole number from 0 to 2^53 - 1. */
  count(): number {
    return isCount(this.#value) ? this.#value : this.fail("is not a whole number");
  }

  digest(): Digest {
    const text = this.string();
    return isDigest(text) ? text : this.fail("is not a sha256 digest");
  }

  list<T>(read: (item: JsonCursor) => T): T[] {
    if (!Array.isArray(this.#value)) return this.fail("is not a list");
    return this.#value.map((item: unknown, index) => read(new JsonCursor(item, this.#source, `${this.#path}[${index}]`)));
  }

  /** Whatever is there; `null` when nothing is. */
  json(): JsonValue {
    return isJson(this.#value) ? this.#value : null;
  }

  strings(): string[] {
    return this.list((item) => item.string());
  }

  map<T>(read: (item: JsonCursor) => T): Record<string, T> {
    return Object.fromEntries(Object.keys(this.#record()).map((key) => [key, read(this.at(key))]));
  }

  /** @throws {VoxError} the source's code */
  fail(complaint: string): never {
    const subject = this.#path ? `${this.#source.what}: \`${this.#path}\`` : this.#source.what;
    throw new VoxError(this.#source.code, `${subject} ${complaint}`);
  }

  #record(): Readonly<Record<string, unknown>> {
    return isRecord(this.#value) ? this.#value : this.fail("is not an object");
  }
}

/**
 * A cursor at the top of a JSON text.
 * @throws {VoxError} the source's code when the bytes are not UTF-8 JSON
 */
export function parseJson(bytes: Uint8Array, source: JsonSource): JsonCursor {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return new JsonCursor(value, source);
  } catch {
    // The parser's own message quotes the text, which may be a secret.
    throw new VoxError(source.code, `${source.what} is not JSON`);
  }
}

/** What was parsed from JSON is JSON; only absence is not. */
const isJson = (value: unknown): value is JsonValue => value !== undefined;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

import { parse, TomlError } from "smol-toml";
import { type Digest, isDigest } from "../../core/digest.ts";
import { isPackageName, type PackageName } from "../../core/package-name.ts";
import { isPlatform, type Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";

export type Table = Readonly<Record<string, unknown>>;

/** Reads typed values out of the parsed TOML and says where a wrong one stands. */
export class LockReader {
  readonly #text: string;
  readonly #file: string;
  #within: { readonly kind: string; readonly name: string } | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  root(): Table {
    try {
      return parse(this.#text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const place = { file: this.#file, line: error.line, column: error.column };
      throw new VoxError("LOCK_INVALID", firstLine(error.message), { place, ...mergeHint(this.#text) });
    }
  }

  /** Failures of `read` name this table. */
  within<T>(kind: string, name: string, read: () => T): T {
    this.#within = { kind, name };
    const value = read();
    this.#within = undefined;
    return value;
  }

  string(table: Table, key: string): string {
    const value = table[key];
    if (typeof value !== "string") throw this.invalid(`\`${key}\` is ${value === undefined ? "missing" : "not a string"}`);
    return value;
  }

  integer(table: Table, key: string): number {
    const value = table[key];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw this.invalid(`\`${key}\` is not a whole number`);
    return value;
  }

  strings(table: Table, key: string): readonly string[] {
    const value = table[key] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
      throw this.invalid(`\`${key}\` is not a list of strings`);
    return value;
  }

  names(table: Table, key: string): readonly PackageName[] {
    return this.strings(table, key).map((text) => this.#branded(text, isPackageName, "a package name"));
  }

  name(table: Table, key: string): PackageName {
    return this.#branded(this.string(table, key), isPackageName, "a package name");
  }

  digest(table: Table, key: string): Digest {
    return this.#branded(this.string(table, key), isDigest, `a digest in \`${key}\``);
  }

  platform(table: Table, key: string): Platform {
    return this.#branded(this.string(table, key), isPlatform, "a platform");
  }

  tables(table: Table, key: string): readonly Table[] {
    const value = table[key] ?? [];
    if (!Array.isArray(value) || !value.every(isTable)) throw this.invalid(`\`${key}\` is not a list of tables`);
    return value;
  }

  /** Turns a failure of `read` into one that names this file. */
  check(read: () => unknown): void {
    try {
      read();
    } catch (error) {
      throw error instanceof VoxError ? this.invalid(error.message) : error;
    }
  }

  invalid(what: string): VoxError {
    const table = this.#within;
    if (!table) return new VoxError("LOCK_INVALID", what, { place: { file: this.#file } });
    const line = lineOfTable(this.#text, table.kind, table.name);
    const place = line === undefined ? { file: this.#file } : { file: this.#file, line };
    return new VoxError("LOCK_INVALID", `${table.kind} \`${table.name}\`: ${what}`, { place });
  }

  #branded<B extends string>(text: string, is: (text: string) => text is B, what: string): B {
    if (is(text)) return text;
    throw this.invalid(`\`${text}\` is not ${what}`);
  }
}

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value);

/** The line, from 1, on which the table of that kind and name begins. */
function lineOfTable(text: string, kind: string, name: string): number | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line, index) => line === `[[${kind}]]` && lines[index + 1] === `name = "${name}"`);
  return at < 0 ? undefined : at + 1;
}

const firstLine = (text: string): string => (text.split("\n")[0] ?? text).replace(/^Invalid TOML document: /, "");

const mergeHint = (text: string): { hint?: string } =>
  /^(<{7}|={7}|>{7})/m.test(text) ? { hint: "the file holds merge-conflict markers: run `vox lock` to resolve them" } : {};

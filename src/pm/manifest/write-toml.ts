import { compareUtf8 } from "../../core/text-order.ts";

/** What the small writer can write: texts, booleans, lists and inline tables of them. */
export type TomlValue = string | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue };

export interface TomlSection {
  /** Without brackets. */
  readonly name: string;
  readonly kind: "table" | "array-table";
  readonly values: Readonly<Record<string, TomlValue>>;
}

/** Deterministic TOML: sections in the order given, keys sorted by UTF-8, basic strings, LF, a newline at the end. */
export const renderToml = (sections: readonly TomlSection[]): string => sections.map(renderSection).join("\n");

function renderSection({ name, kind, values }: TomlSection): string {
  const header = kind === "table" ? `[${tomlKey(name)}]` : `[[${tomlKey(name)}]]`;
  return [header, ...sortedKeys(values).map((key) => `${tomlKey(key)} = ${renderValue(values[key] ?? "")}`), ""].join("\n");
}

function renderValue(value: TomlValue): string {
  if (typeof value === "string") return tomlString(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(renderValue).join(", ")}]`;
  const members = sortedKeys(value).map((key) => `${tomlKey(key)} = ${renderValue(value[key] ?? "")}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

const BARE_KEY = /^[A-Za-z0-9_-]+$/;

/** A key, quoted when it must be. */
export const tomlKey = (key: string): string => (BARE_KEY.test(key) ? key : tomlString(key));

const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** A basic string on one line. */
export const tomlString = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- TOML wants control characters escaped
  `"${text.replaceAll(/[\u0000-\u001f\u007f"\\]/g, (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

const sortedKeys = (table: Readonly<Record<string, TomlValue>>): string[] => Object.keys(table).sort(compareUtf8);

const isList = (value: TomlValue): value is readonly TomlValue[] => Array.isArray(value);

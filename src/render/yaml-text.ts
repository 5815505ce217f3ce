import type { JsonValue } from "../core/canonical-json.ts";

/**
 * A value as YAML that every reader of 1.1 and 1.2 takes for the same: block style, keys in their order, and every text in double
 * quotes, so that none is read as a number, a date or `no`.
 */
export const yamlText = (value: JsonValue): string => `${lines(value).join("\n")}\n`;

function lines(value: JsonValue): readonly string[] {
  if (isList(value)) return value.length === 0 ? ["[]"] : value.flatMap((item) => block("-", item));
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, item] as const]));
    return members.length === 0 ? ["{}"] : members.flatMap(([key, item]) => block(`${keyText(key)}:`, item));
  }
  return [typeof value === "string" ? quoted(value) : String(value)];
}

/** A value behind its key or dash: on the same line when it has only one and is no collection. */
function block(head: string, value: JsonValue): readonly string[] {
  const [first = "", ...rest] = lines(value);
  if (typeof value !== "object" || value === null || first === "[]" || first === "{}") return [`${head} ${first}`];
  if (head === "-") return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
  return [head, ...[first, ...rest].map((line) => `  ${line}`)];
}

/** Plain where no reader of YAML sees anything but a text. */
const PLAIN_KEY = /^[a-z][a-z_]*[a-z]$/;
const WORDS: ReadonlySet<string> = new Set(["yes", "no", "on", "off", "true", "false", "null"]);

const keyText = (key: string): string => (PLAIN_KEY.test(key) && !WORDS.has(key) ? key : quoted(key));

/** JSON's quoting is YAML's, but for characters that YAML wants escaped (YAML 1.2, "c-printable"). */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

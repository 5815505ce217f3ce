import * as z from "zod";
import { closestWord, nearestWord } from "../core/nearest-word.ts";

export type SchemaPath = readonly (string | number)[];

/** One thing that a document says and its schema does not allow; `phrase` goes on after the name of the place. */
export type SchemaFault =
  | { readonly kind: "value"; readonly path: SchemaPath; readonly phrase: string; readonly hint?: string }
  /** `path` is the table that holds the key. */
  | { readonly kind: "key"; readonly path: SchemaPath; readonly key: string; readonly phrase: string }
  | { readonly kind: "unknown-key"; readonly path: SchemaPath; readonly key: string; readonly hint: string };

type Issue = z.core.$ZodIssue;

/** What zod found, in words about the document; `value` is the document that was read. */
export const faultsOf = (schema: z.core.$ZodType, value: unknown, issues: readonly Issue[]): SchemaFault[] =>
  issues.flatMap((issue) => faultsOfIssue(schema, value, issue));

function faultsOfIssue(schema: z.core.$ZodType, value: unknown, issue: Issue): SchemaFault[] {
  const path = documentPath(issue.path);
  const found = valueAt(value, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ kind: "unknown-key", path, key, hint: knownKeyHint(key, knownKeys(schemaAt(schema, path), found)) }));
    case "invalid_union":
      return faultsOfUnion(schema, value, issue, path);
    case "invalid_key":
      return [{ kind: "key", path: path.slice(0, -1), key: String(path.at(-1)), phrase: issue.issues[0]?.message ?? "is not a key" }];
    case "invalid_type":
      return [{ kind: "value", path, ...wrongType(found, [issue.expected]) }];
    case "invalid_value":
      return [{ kind: "value", path, ...wrongChoice(found, issue.values.map(String)) }];
    default:
      return [{ kind: "value", path, phrase: `${quoted(found)}${issue.message}` }];
  }
}

/** Of the alternatives the one whose type the value has speaks; when none has, all of them name their type. */
function faultsOfUnion(schema: z.core.$ZodType, value: unknown, issue: z.core.$ZodIssueInvalidUnion, path: SchemaPath): SchemaFault[] {
  const found = valueAt(value, path);
  const ofType = issue.errors.find((branch) => !(found instanceof Date) && !branch.some(isRootType));
  if (ofType) return ofType.flatMap((inner) => faultsOfIssue(schema, value, { ...inner, path: [...issue.path, ...inner.path] }));
  const expected = issue.errors.flatMap((branch) => branch.flatMap((inner) => (inner.code === "invalid_type" && inner.path.length === 0 ? [inner.expected] : [])));
  return [{ kind: "value", path, ...wrongType(found, expected) }];
}

const isRootType = (issue: Issue): boolean => issue.path.length === 0 && issue.code === "invalid_type";

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a whole number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  tuple: "a pair",
  object: "a table",
  record: "a table",
};

function wrongType(found: unknown, expected: readonly string[]): { phrase: string; hint?: string } {
  if (found === undefined) return { phrase: "is missing" };
  const words = [...new Set(expected.map((type) => TYPE_WORDS[type] ?? type))].join(" or ");
  const phrase = `is ${typeWord(found)}, not ${words}`;
  return typeof found === "string" && expected.includes("array") ? { phrase, hint: `write it as a list: \`[${JSON.stringify(found)}]\`` } : { phrase };
}

function wrongChoice(found: unknown, choices: readonly string[]): { phrase: string; hint?: string } {
  if (found === undefined) return { phrase: "is missing" };
  const shown = choices.map((choice) => `\`${choice}\``).join(", ");
  const known = choices.length > 1 ? `one of ${shown}` : shown;
  if (typeof found !== "string") return { phrase: `is ${typeWord(found)}, not ${known}` };
  return { phrase: `\`${found}\` is not ${known}`, ...meant(found, choices) };
}

function typeWord(found: unknown): string {
  if (Array.isArray(found)) return "a list";
  if (found instanceof Date) return "a date";
  if (typeof found === "boolean") return `\`${String(found)}\``;
  if (typeof found === "number") return Number.isInteger(found) ? "a whole number" : "a number with a fraction";
  return typeof found === "string" ? "text" : "a table";
}

const quoted = (found: unknown): string =>
  (typeof found === "string" && found !== "") || typeof found === "number" ? `\`${String(found)}\` ` : "";

function meant(word: string, candidates: readonly string[]): { hint?: string } {
  const nearest = nearestWord(word, candidates);
  return nearest === undefined ? {} : { hint: `did you mean \`${nearest}\`?` };
}

/** Always names a key: what an unknown one could have been (contracts, §2). */
function knownKeyHint(key: string, known: readonly string[]): string {
  const closest = closestWord(key, known);
  if (closest === undefined) return `remove \`${key}\``;
  return closest === nearestWord(key, known) ? `did you mean \`${closest}\`?` : `the nearest known key is \`${closest}\``;
}

const documentPath = (path: readonly PropertyKey[]): SchemaPath => path.map((step) => (typeof step === "number" ? step : String(step)));

function valueAt(value: unknown, path: SchemaPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([key]) => key === String(step))?.[1];
  }, value);
}

const schemaAt = (schema: z.core.$ZodType, path: SchemaPath): z.core.$ZodType | undefined =>
  path.reduce<z.core.$ZodType | undefined>((at, step) => at && childOf(at, step), schema);

function childOf(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional) return childOf(schema.unwrap(), step);
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => childOf(option, step)).find((child) => child !== undefined);
  return undefined;
}

/** Keys that may still be written: those that stand there already cannot be what was meant. */
function knownKeys(schema: z.core.$ZodType | undefined, found: unknown): string[] {
  const taken = new Set(typeof found === "object" && found !== null ? Object.keys(found) : []);
  return keysOf(schema).filter((key) => !taken.has(key));
}

function keysOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap());
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((option) => keysOf(option)))];
  return [];
}

import { packageNameKey } from "../../core/package-name.ts";
import { compareUtf8 } from "../../core/text-order.ts";
import { indentAt, newlineOf, replaced, withElement, withLineAt, withoutElement, withoutPair } from "./edit-text.ts";
import { elementsOf, lineEnd, lineStart, type TomlLayout, tomlLayout, type TomlPair, type TomlSection } from "./toml-layout.ts";
import { keyParts } from "./toml-scan.ts";
import { tomlKey, tomlString } from "./write-toml.ts";

/*
 * Changes of a manifest's text in place: comments, order, quoting, line ends and indentation stay. The text parses before, and what
 * comes out is parsed again by whoever writes it.
 */

export const DEPENDENCY_TABLES = ["dependencies", "dev-dependencies", "skills"] as const;
export type DependencyTableName = (typeof DEPENDENCY_TABLES)[number];

/** In the order in which a new entry has them. */
const ENTRY_KEYS = [
  "version",
  "path",
  "git",
  "branch",
  "tag",
  "rev",
  "workspace",
  "registry",
  "features",
  "default-features",
  "optional",
] as const;
type EntryKey = (typeof ENTRY_KEYS)[number];

type EntryValue = string | boolean | readonly string[];

/** What keys of an entry are to be; `undefined` takes a key away, and those that are not named stay as they are. */
export type EntryChange = Readonly<Partial<Record<EntryKey, EntryValue | undefined>>>;

/** Makes one entry of a dependency table say what is wanted; the entry and the table are made where they are missing. */
export function putDependency(text: string, table: DependencyTableName, name: string, change: EntryChange): string {
  const entry = findEntry(tomlLayout(text), table, name);
  if (!entry) return insertEntry(text, table, name, change);
  const wanted = Object.entries(change);
  if (entry.kind === "value" && text[entry.pair.value.start] !== "{") return putText(text, entry.pair, change);
  const set = wanted.reduce((now, [key, value]) => (value === undefined ? now : putKey(now, table, name, key, value)), text);
  return wanted.reduce((now, [key, value]) => (value === undefined ? dropKey(now, table, name, key) : now), set);
}

/** Takes an entry out of a dependency table; `undefined` when it is not there. */
export function removeDependency(text: string, table: DependencyTableName, name: string): string | undefined {
  const entry = findEntry(tomlLayout(text), table, name);
  if (!entry) return undefined;
  if (entry.kind === "value") return withoutPair(text, entry.pair);
  const pairs = entry.pairs.toReversed().reduce((now, pair) => withoutPair(now, pair), text);
  return entry.section ? withoutHeader(pairs, entry.section) : pairs;
}

/** Takes a dependency out of every feature that speaks of it. */
export function removeFromFeatures(text: string, name: string): string {
  const { pairs } = tomlLayout(text);
  const features = pairs.filter(({ path, section }) => path.length === 2 && path[0] === "features" && !section.isArray);
  const names = new Set(features.map(({ path }) => path[1]));
  for (const { value } of features.toReversed()) {
    // A string and a quoted key are written alike.
    const items = elementsOf(text, value).map(({ start, end }) => keyParts(text.slice(start, end), 0).parts[0] ?? "");
    for (const [index, item] of [...items.entries()].toReversed()) {
      if (!names.has(item) && speaksOf(item, name)) text = withoutElement(text, value, index);
    }
  }
  return text;
}

const speaksOf = (item: string, name: string): boolean =>
  packageNameKey(item.replace(/^dep:/, "").replace(/\??\/.*$/, "")) === packageNameKey(name);

/** How an entry is written: as one value, or as keys on lines of their own, with or without a header. */
type Entry =
  | { readonly kind: "value"; readonly pair: TomlPair }
  | { readonly kind: "keys"; readonly pairs: readonly TomlPair[]; readonly section: TomlSection | undefined };

function findEntry({ sections, pairs }: TomlLayout, table: string, name: string): Entry | undefined {
  const isHere = (path: readonly string[]): boolean =>
    path[0] === table && packageNameKey(path[1] ?? "") === packageNameKey(name) && path[1] !== undefined;
  const own = pairs.filter(({ path, section }) => !section.isArray && isHere(path));
  const whole = own.find(({ path }) => path.length === 2);
  if (whole) return { kind: "value", pair: whole };
  const section = sections.find(({ path, isArray }) => !isArray && path.length === 2 && isHere(path));
  const keys = own.filter(({ path }) => path.length === 3);
  return section || keys.length > 0 ? { kind: "keys", pairs: keys, section } : undefined;
}

/** An entry that is a version and nothing else stays so as long as it can. */
function putText(text: string, { value }: TomlPair, change: EntryChange): string {
  const old = text.slice(value.start, value.end);
  const version = "version" in change ? literalOf(change.version, old) : old;
  const others = ENTRY_KEYS.filter((key) => key !== "version" && change[key] !== undefined);
  if (others.length === 0) return replaced(text, value, version ?? old);
  const members = others.map((key) => `${key} = ${literal(change[key] ?? "")}`);
  return replaced(text, value, `{ ${[...(version === undefined ? [] : [`version = ${version}`]), ...members].join(", ")} }`);
}

const literalOf = (value: EntryValue | undefined, old: string): string | undefined =>
  value === undefined ? undefined : literalLike(old, value);

function putKey(text: string, table: string, name: string, key: string, value: EntryValue): string {
  const layout = tomlLayout(text);
  const entry = findEntry(layout, table, name);
  if (!entry) return text;
  const members = membersOf(layout, entry);
  const known = members.find(({ path }) => path[2] === key);
  if (known) return replaced(text, known.value, literalLike(text.slice(known.value.start, known.value.end), value));
  const assignment = `${key} = ${literal(value)}`;
  if (entry.kind === "value") return withElement(text, entry.pair.value, Infinity, assignment);
  const last = members.at(-1);
  if (!last) return withLineAt(text, entry.section?.header.end ?? text.length, assignment);
  const dotted = `${writtenPrefix(text, last)}${assignment}`;
  if (last.inside) return withElement(text, last.inside.value, Infinity, dotted);
  return withLineAt(text, last.extent.end, `${indentAt(text, last.key.start)}${dotted}`);
}

function dropKey(text: string, table: string, name: string, key: string): string {
  const layout = tomlLayout(text);
  const entry = findEntry(layout, table, name);
  const known = entry && membersOf(layout, entry).find(({ path }) => path[2] === key);
  return known ? withoutPair(text, known) : text;
}

const membersOf = ({ pairs }: TomlLayout, entry: Entry): readonly TomlPair[] =>
  entry.kind === "keys" ? entry.pairs : pairs.filter(({ inside }) => inside === entry.pair);

/** What a dotted key writes before its last part: `http-router.` of `http-router.version`. */
function writtenPrefix(text: string, { key }: TomlPair): string {
  const written = text.slice(key.start, key.end);
  const last = /(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)$/.exec(written)?.[0] ?? "";
  return written.slice(0, written.length - last.length);
}

function insertEntry(text: string, table: DependencyTableName, name: string, change: EntryChange): string {
  const { sections, pairs } = tomlLayout(text);
  const value = newEntry(change);
  const inline = pairs.find(({ path, section }) => !section.isArray && path.length === 1 && path[0] === table);
  if (inline) return withElement(text, inline.value, inlinePlace(pairs, inline, name), `${tomlKey(name)} = ${value}`);
  const section = sections.find(({ path, isArray }) => !isArray && path.length === 1 && path[0] === table);
  const siblings = pairs.filter(
    (pair) => !pair.inside && pair.path[0] === table && (section ? pair.section === section : pair.section.path.length === 0),
  );
  if (!section && siblings.length === 0) return insertTable(text, table, `${tomlKey(name)} = ${value}`);
  const before = placeAmong(siblings, name);
  const prefix = section ? "" : `${table}.`;
  const model = before ?? siblings[0];
  const indent = indentAt(text, model?.key.start ?? section?.header.start ?? 0);
  const offset = before?.extent.end ?? section?.header.end ?? siblings[0]?.extent.start ?? 0;
  return withLineAt(text, offset, `${indent}${prefix}${tomlKey(name)} = ${value}`);
}

/** The pair to stand after: in a sorted table the last that is not after the name, else the last one. */
function placeAmong(siblings: readonly TomlPair[], name: string): TomlPair | undefined {
  const names = siblings.map(({ path }) => path[1] ?? "");
  if (!isSorted(names)) return siblings.at(-1);
  return siblings.findLast((_, index) => compareUtf8(names[index] ?? "", name) <= 0);
}

function inlinePlace(pairs: readonly TomlPair[], inline: TomlPair, name: string): number {
  const names = pairs.filter(({ inside }) => inside === inline).map(({ path }) => path[1] ?? "");
  const after = names.findIndex((known) => compareUtf8(known, name) > 0);
  return isSorted(names) && after >= 0 ? after : names.length;
}

const isSorted = (names: readonly string[]): boolean =>
  names.every((name, index) => index === 0 || compareUtf8(names[index - 1] ?? "", name) <= 0);

/** Tables of what a package is and asks come first, in this order; a new one stands after those that it follows. */
const TABLE_ORDER: readonly string[] = ["package", ...DEPENDENCY_TABLES];

function insertTable(text: string, table: DependencyTableName, line: string): string {
  const newline = newlineOf(text);
  const block = `[${table}]${newline}${line}${newline}`;
  const { sections } = tomlLayout(text);
  const own = sections.find(({ path, isArray }) => path[0] === table && !isArray);
  const preceding = TABLE_ORDER.slice(0, TABLE_ORDER.indexOf(table));
  const last = sections.findLastIndex(({ path }) => preceding.includes(path[0] ?? ""));
  const next = own ?? (last < 0 ? undefined : sections[last + 1]);
  if (next) {
    const at = aboveComments(text, next.header.start);
    return replaced(text, { start: at, end: at }, `${block}${newline}`);
  }
  const isOpen = text !== "" && !text.endsWith("\n");
  return `${text}${isOpen ? newline : ""}${text.trim() === "" ? "" : newline}${block}`;
}

/** Comments that stand right above a line belong to it. */
function aboveComments(text: string, offset: number): number {
  let start = offset;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    if (above >= start || !text.slice(above, start).trimStart().startsWith("#")) break;
    start = above;
  }
  return start;
}

/** Takes out a header whose keys are gone, and one of the two empty lines that would then meet. */
function withoutHeader(text: string, { header }: TomlSection): string {
  const end = /^[ \t]*\r?\n/.test(text.slice(header.end)) ? lineEnd(text, header.end) : header.end;
  return replaced(text, { start: header.start, end }, "");
}

function newEntry(change: EntryChange): string {
  const keys = ENTRY_KEYS.filter((key) => change[key] !== undefined);
  if (keys.length === 1 && change.version !== undefined) return literal(change.version);
  return `{ ${keys.map((key) => `${key} = ${literal(change[key] ?? "")}`).join(", ")} }`;
}

function literal(value: EntryValue): string {
  if (typeof value === "string") return tomlString(value);
  return typeof value === "boolean" ? String(value) : `[${value.map(tomlString).join(", ")}]`;
}

/** A text in the quotes of the one that it replaces. */
function literalLike(old: string, value: EntryValue): string {
  // eslint-disable-next-line no-control-regex -- what a literal string cannot hold
  const fits = typeof value === "string" && /^'[^']/.test(old) && !/[\u0000-\u001f\u007f']/.test(value);
  return fits ? `'${value}'` : literal(value);
}

import { keyParts } from "./toml-scan.ts";

/** Offsets into a text: from `start` up to, and without, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A table's part of the text: its header's line and what follows, up to the next header. */
export interface TomlSection {
  /** Empty for what stands before the first header. */
  readonly path: readonly string[];
  readonly isArray: boolean;
  /** The whole line with its newline; empty before the first header. */
  readonly header: Span;
}

/** One `key = value`: on a line of its own, or between the braces of an inline table. */
export interface TomlPair {
  /** From the top of the document. */
  readonly path: readonly string[];
  readonly section: TomlSection;
  /** The pair whose inline table this one is in. */
  readonly inside: TomlPair | undefined;
  readonly key: Span;
  readonly value: Span;
  /** The whole lines with their newline; between braces just the key, the value and what is between them. */
  readonly extent: Span;
}

/** Where the keys and values of a TOML text stand. */
export interface TomlLayout {
  readonly sections: readonly TomlSection[];
  readonly pairs: readonly TomlPair[];
}

/** The layout of a text that is known to be TOML: nothing is checked. */
export function tomlLayout(text: string): TomlLayout {
  const sections: TomlSection[] = [{ path: [], isArray: false, header: { start: 0, end: 0 } }];
  const pairs: TomlPair[] = [];
  let offset = skipTrivia(text, text.startsWith("\uFEFF") ? 1 : 0);
  while (offset < text.length) {
    const section = sections[sections.length - 1];
    if (section === undefined) break;
    if (text[offset] === "[") {
      const next = readSection(text, offset);
      sections.push(next);
      offset = skipTrivia(text, next.header.end);
    } else {
      const found = readPair(text, offset, { prefix: section.path, section, inside: undefined });
      pairs.push(...found);
      offset = skipTrivia(text, found[0]?.extent.end ?? text.length);
    }
  }
  return { sections, pairs };
}

/** The items of an array or of an inline table, as they are written. */
export function elementsOf(text: string, value: Span): Span[] {
  const elements: Span[] = [];
  let offset = skipSeparators(text, value.start + 1);
  while (offset < value.end - 1) {
    const start = text[value.start] === "{" ? skipTrivia(text, keyParts(text, offset).end + 1) : offset;
    const end = endOfValue(text, start);
    elements.push({ start: offset, end });
    offset = skipSeparators(text, Math.max(end, offset + 1));
  }
  return elements;
}

interface PairPlace {
  readonly prefix: readonly string[];
  readonly section: TomlSection;
  readonly inside: TomlPair | undefined;
}

/** The pair at `offset` and, after it, those in its inline table. */
function readPair(text: string, offset: number, { prefix, section, inside }: PairPlace): TomlPair[] {
  const { parts, end } = keyParts(text, offset);
  const start = skipBlanks(text, end + 1);
  const value = { start, end: endOfValue(text, start) };
  const path = [...prefix, ...parts];
  const key = { start: offset, end: offset + text.slice(offset, end).trimEnd().length };
  const extent = inside ? { start: offset, end: value.end } : { start: lineStart(text, offset), end: lineEnd(text, value.end) };
  const pair: TomlPair = { path, section, inside, key, value, extent };
  if (text[start] !== "{") return [pair];
  const members = elementsOf(text, value).flatMap((element) =>
    readPair(text, element.start, { prefix: path, section, inside: pair }),
  );
  return [pair, ...members];
}

function readSection(text: string, offset: number): TomlSection {
  const isArray = text[offset + 1] === "[";
  const { parts, end } = keyParts(text, offset + (isArray ? 2 : 1));
  return { path: parts, isArray, header: { start: lineStart(text, offset), end: lineEnd(text, end) } };
}

const STRING = /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const SCALAR = /[^,\]}#\r\n]*/y;

function endOfValue(text: string, offset: number): number {
  const open = text[offset];
  if (open === "[" || open === "{") return endOfBrackets(text, offset);
  const pattern = open === '"' || open === "'" ? STRING : SCALAR;
  pattern.lastIndex = offset;
  return offset + (pattern.exec(text)?.[0] ?? "").trimEnd().length;
}

const BRACKET_TOKEN =
  /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[[\]{}]|[^"'#[\]{}]+/y;

function endOfBrackets(text: string, offset: number): number {
  let depth = 0;
  BRACKET_TOKEN.lastIndex = offset;
  for (let match = BRACKET_TOKEN.exec(text); match !== null; match = BRACKET_TOKEN.exec(text)) {
    const [token] = match;
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (depth === 0) return BRACKET_TOKEN.lastIndex;
  }
  return text.length;
}

const skipBlanks = (text: string, offset: number): number => skip(text, offset, /[ \t]*/y);
const skipTrivia = (text: string, offset: number): number => skip(text, offset, /(?:\s|#[^\n]*)*/y);
const skipSeparators = (text: string, offset: number): number => skip(text, offset, /(?:[\s,]|#[^\n]*)*/y);

function skip(text: string, offset: number, pattern: RegExp): number {
  pattern.lastIndex = offset;
  return offset + (pattern.exec(text)?.[0].length ?? 0);
}

export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/** The offset after the newline that ends the line. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

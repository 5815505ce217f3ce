import { isBareKeyByte, keyParts, type ScannedKey, skipValue } from "./toml-scan.ts";

/** Where something stands in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

interface KeyMark {
  readonly path: readonly (string | number)[];
  readonly offset: number;
}

/**
 * Where a key of a TOML document that parses is written: the key itself, else the nearest table or key that encloses it.
 * A number in the path counts the tables of an array of tables.
 */
export function locateKey(text: string, path: readonly (string | number)[]): TextPosition | undefined {
  const marks = markKeys(text);
  const within = marks.find((mark) => sharedLength(mark.path, path) === path.length);
  const around = marks.reduce<KeyMark | undefined>(
    (best, mark) => (isAround(mark, path) && mark.path.length >= (best?.path.length ?? 1) ? mark : best),
    undefined,
  );
  const mark = within ?? around;
  return mark && positionAt(text, mark.offset);
}

const isAround = (mark: KeyMark, path: readonly (string | number)[]): boolean =>
  sharedLength(mark.path, path) === mark.path.length;

function sharedLength(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  const differs = left.findIndex((step, index) => step !== right[index]);
  return differs < 0 ? left.length : differs;
}

/** Every table header and every key at the start of a line, in the order of the text. */
function markKeys(text: string): KeyMark[] {
  const marks: KeyMark[] = [];
  const counts = new Map<string, number>();
  let table: readonly (string | number)[] = [];
  let offset = text.startsWith("\uFEFF") ? 1 : 0;
  while (offset < text.length) {
    if (text[offset] === "[") {
      const header = readHeader(text, offset);
      table = header.isArray ? countedPath(header.key.parts, counts) : resolvedPath(header.key.parts, counts);
      marks.push({ path: table, offset });
      offset = endOfLine(text, header.key.end);
    } else if (isKeyStart(text[offset])) {
      const key = keyParts(text, offset);
      marks.push({ path: [...table, ...key.parts], offset });
      offset = skipValue(text, key.end);
    } else {
      offset = text[offset] === "#" ? endOfLine(text, offset) : offset + 1;
    }
  }
  return marks;
}

function readHeader(text: string, offset: number): { readonly key: ScannedKey; readonly isArray: boolean } {
  const isArray = text[offset + 1] === "[";
  return { key: keyParts(text, offset + (isArray ? 2 : 1)), isArray };
}

/** The path of one more table of an array of tables. */
function countedPath(parts: readonly string[], counts: Map<string, number>): readonly (string | number)[] {
  const name = parts.join("\0");
  const index = counts.get(name) ?? 0;
  counts.set(name, index + 1);
  return [...resolvedPath(parts.slice(0, -1), counts), ...parts.slice(-1), index];
}

/** Names of arrays of tables stand for their last table. */
const resolvedPath = (parts: readonly string[], counts: ReadonlyMap<string, number>): readonly (string | number)[] =>
  parts.flatMap((part, index) => {
    const count = counts.get(parts.slice(0, index + 1).join("\0"));
    return count === undefined ? [part] : [part, count - 1];
  });

const isKeyStart = (character: string | undefined): boolean =>
  character === '"' || character === "'" || isBareKeyByte(character);

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline;
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset).replace("\uFEFF", "");
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}

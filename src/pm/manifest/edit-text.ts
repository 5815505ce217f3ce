import type { TomlPair } from "./toml-layout.ts";
import { elementsOf, lineEnd, lineStart, type Span } from "./toml-layout.ts";

/** The text with a span replaced. */
export const replaced = (text: string, { start, end }: Span, by: string): string => text.slice(0, start) + by + text.slice(end);

/** The newline that the text uses. */
export const newlineOf = (text: string): string => (/^[^\n]*\r\n/.test(text) ? "\r\n" : "\n");

/** Puts a line after what ends at `offset`, where a line ends or the text does. */
export function withLineAt(text: string, offset: number, line: string): string {
  const newline = newlineOf(text);
  const isOpen = offset > 0 && text[offset - 1] !== "\n" && text.slice(0, offset) !== "\uFEFF";
  return replaced(text, { start: offset, end: offset }, isOpen ? `${newline}${line}` : `${line}${newline}`);
}

/** What stands before the first letter of the line. */
export const indentAt = (text: string, offset: number): string => {
  const start = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
};

/** Puts an item into an array or an inline table: before the item at `index`, or at the end. */
export function withElement(text: string, container: Span, index: number, item: string): string {
  const elements = elementsOf(text, container);
  const next = elements[index];
  if (next) return replaced(text, { start: next.start, end: next.start }, `${item}, `);
  const last = elements.at(-1);
  if (last) return replaced(text, { start: last.end, end: last.end }, `, ${item}`);
  return replaced(
    text,
    { start: container.start + 1, end: container.end - 1 },
    text[container.start] === "{" ? ` ${item} ` : item,
  );
}

/** Takes an item out of an array or an inline table, with its comma and, when it had one to itself, its line. */
export function withoutElement(text: string, container: Span, index: number): string {
  const elements = elementsOf(text, container);
  const item = elements[index];
  if (!item) return text;
  const own = ownLine(text, item, container);
  if (own) return replaced(text, own, "");
  const comma = /^\s*,[ \t]*/.exec(text.slice(item.end, container.end))?.[0];
  const previous = elements[index - 1];
  if (index < elements.length - 1 || !previous) {
    const end = item.end + (comma?.length ?? 0);
    const isOnly = elements.length === 1 && !text.slice(container.start, container.end).includes("\n");
    return replaced(text, isOnly ? { start: container.start + 1, end: container.end - 1 } : { start: item.start, end }, "");
  }
  return replaced(text, { start: previous.end, end: item.end }, "");
}

/** The line of an item that shares it with no other; a comma must follow, so that what stays is well formed without it. */
function ownLine(text: string, item: Span, container: Span): Span | undefined {
  const line = { start: lineStart(text, item.start), end: lineEnd(text, item.end) };
  const isAlone =
    text.slice(line.start, item.start).trim() === "" && /^\s*,[ \t]*(?:#.*)?\r?\n$/.test(text.slice(item.end, line.end));
  return isAlone && line.start > container.start && line.end < container.end ? line : undefined;
}

/** Takes out the lines, or the item between braces, of a pair. */
export function withoutPair(text: string, pair: TomlPair): string {
  if (!pair.inside) return replaced(text, pair.extent, "");
  const index = elementsOf(text, pair.inside.value).findIndex(({ start }) => start === pair.key.start);
  return withoutElement(text, pair.inside.value, index);
}

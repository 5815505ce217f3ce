/** A line of a Markdown page. */
export interface PageLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Whether it stands in a fenced or an indented block of code. */
  readonly code: boolean;
}

export interface Heading {
  readonly text: string;
  readonly level: number;
  readonly anchor: string;
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

/** The lines of a page; fences themselves are no code. */
export function pageLines(markdown: string): readonly PageLine[] {
  let fence: string | undefined;
  let blank = true;
  let indented = false;
  return markdown.split("\n").map((text, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    const inside = fence !== undefined;
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    indented = !inside && /^ {4}\S/.test(text) && (blank || indented);
    blank = text.trim() === "";
    return { number: index + 1, text, code: mark === undefined && (inside || indented) };
  });
}

/** The headings of a page, with the anchors that code hosts give them. */
export function headingsOf(markdown: string): readonly Heading[] {
  const seen = new Map<string, number>();
  return pageLines(markdown).flatMap(({ number, text, code }) => {
    const [, marks, title] = /^(#{1,6}) (.+)$/.exec(text) ?? [];
    if (code || marks === undefined || title === undefined) return [];
    const slug = anchorOf(title);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return [{ text: title, level: marks.length, anchor: count === 0 ? slug : `${slug}-${count}`, line: number }];
  });
}

/** As GitHub makes it of a heading's text. */
export const anchorOf = (title: string): string =>
  title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** Links and pictures of a page, but for what stands in code. */
export const linksOf = (markdown: string): readonly Link[] =>
  pageLines(markdown)
    .filter(({ code }) => !code)
    .flatMap(({ number, text }) =>
      [...withoutCodeSpans(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map((match) => ({
        target: match[1] ?? "",
        line: number,
      })),
    );

/** What stands between backticks on a line. */
export const codeSpans = (text: string): readonly string[] =>
  [...text.matchAll(/(`+)(.+?)\1(?!`)/g)].map((match) => (match[2] ?? "").trim());

/** The line with its code spans blanked. */
const withoutCodeSpans = (text: string): string => text.replaceAll(/(`+)(.+?)\1(?!`)/g, (span) => " ".repeat(span.length));

/** The rows of the first table below a heading; cells are trimmed, head and rule left out. */
export function tableBelow(markdown: string, heading: string): readonly TableRow[] {
  const lines = pageLines(markdown);
  const start = lines.findIndex(({ text, code }) => !code && /^#{1,6} /.test(text) && text.replace(/^#+ /, "") === heading);
  if (start < 0) return [];
  const after = lines.slice(start + 1);
  const end = after.findIndex(({ text, code }) => !code && /^#{1,6} /.test(text));
  const section = end < 0 ? after : after.slice(0, end);
  return section.flatMap(({ number, text }) => (text.startsWith("|") ? [{ line: number, cells: cellsOf(text) }] : [])).slice(2);
}

export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
}

const cellsOf = (row: string): readonly string[] =>
  row
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

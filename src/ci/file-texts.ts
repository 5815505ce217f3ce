/** The texts of a checkout's files, by path from its root. */
export interface FileTexts {
  text(path: string): string | undefined;
  /** Paths that begin with the prefix, sorted. */
  under(prefix: string): readonly string[];
}

export const fileTextsOf = (texts: ReadonlyMap<string, string>): FileTexts => ({
  text: (path) => texts.get(path),
  under: (prefix) => [...texts.keys()].filter((path) => path.startsWith(prefix)).toSorted(),
});

/** The first line, from 1, that is not as it would be made now. */
export function firstStaleLine(text: string, fresh: string): number {
  const lines = text.split("\n");
  return fresh.split("\n").findIndex((line, index) => line !== lines[index]) + 1 || lines.length;
}

/** The line, from 1, on which a piece of text first stands; `undefined` when it does not. */
export function lineOf(text: string, piece: string): number | undefined {
  const offset = text.indexOf(piece);
  return offset < 0 ? undefined : text.slice(0, offset).split("\n").length;
}

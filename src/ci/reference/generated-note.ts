/** The first line of a page that is made from data. */
export const generatedNote = (source: string): string =>
  `*Normative. Made from \`${source}\` by \`vox ci docs-sync --write\`: edit that, not this page.*`;

/** A table in Markdown; a bar in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Parts of a page that are made from data, by their name: what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export type GeneratedParts = Readonly<Record<string, string>>;

/** The page with its parts as they are made now; a part that has no place is put at the end, where it will be seen. */
export const withParts = (page: string, parts: GeneratedParts): string =>
  Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part), page);

function withPart(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const block = `${begin}\n\n${part}\n\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) return `${page}\n${block}\n`;
  return page.slice(0, from) + block + page.slice(to + end.length);
}

/** The first words of a list in backquotes and how many more there are, for a phrase: `` `a`, `b` and 3 more ``. */
export function named(words: readonly string[], most = 5): string {
  const told = words.slice(0, most).map((word) => `\`${word}\``);
  return told.join(", ") + (words.length > most ? ` and ${words.length - most} more` : "");
}

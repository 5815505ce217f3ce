/** Other words in the place of some of a text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with the edits made, which do not overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  let made = "";
  let at = 0;
  for (const edit of edits.toSorted((left, right) => left.start - right.start)) {
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

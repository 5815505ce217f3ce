/** What stands between spaces. */
export interface Word {
  readonly text: string;
  /** Its place in the file. */
  readonly start: number;
}

export interface Instruction {
  /** The first one says what it is. */
  readonly words: readonly Word[];
}

const HEREDOC = /(?:^|\s)\d*<<-?\s*(["']?)([A-Za-z_]\w*)\1/g;

/** The instructions of a Dockerfile with the places of their words; what stands in here-documents is skipped. */
export function* instructionsOf(text: string): Generator<Instruction> {
  let at = 0;
  let words: Word[] = [];
  let heredocs: string[] = [];
  let continues = false;
  for (const raw of text.split("\n")) {
    const start = at;
    at += raw.length + 1;
    const line = raw.replace(/\r$/, "");
    if (heredocs.length > 0 && !continues) {
      if (line.trim() === heredocs[0]) heredocs = heredocs.slice(1);
      continue;
    }
    if (/^\s*#/.test(line) || line.trim() === "") continue;
    continues = /\\[ \t]*$/.test(line);
    const body = continues ? line.replace(/\\[ \t]*$/, "") : line;
    for (const match of body.matchAll(/\S+/g)) words.push({ text: match[0], start: start + match.index });
    if (/^(?:RUN|COPY|ADD)$/i.test(words[0]?.text ?? ""))
      heredocs.push(...[...body.matchAll(HEREDOC)].map((found) => found[2] ?? ""));
    if (continues) continue;
    yield { words };
    words = [];
  }
  if (words.length > 0) yield { words };
}

import ignore, { type Ignore } from "ignore";

/** What the rules say of a path: the last rule that matches it, or the nearest folder above it that is hidden, wins. */
export interface RuleMatch {
  /** Where the rule is written: `.gitignore: *.log`. */
  readonly rule: string;
}

/**
 * Rules in gitignore's syntax, gathered from files in several folders into one list (gitignore(5)): a deeper file's rules
 * are written out with their folder before them and come later, so that they win as git has it.
 */
export class IgnoreRules {
  readonly #rules: Ignore;
  #asked = 0;

  private constructor(rules: Ignore) {
    this.#rules = rules;
  }

  static readonly empty = new IgnoreRules(ignore());

  /** Names in whatever case. */
  static ofNames(names: readonly string[]): IgnoreRules {
    return new IgnoreRules(ignore({ ignorecase: true }).add(names.map((name) => ({ pattern: name, mark: name }))));
  }

  /** These rules and then those of a file's text, which count from `folder` (`""` or a path) on. */
  with(text: string, folder: string, source: string): IgnoreRules {
    const patterns = linesOf(text).flatMap((line) => {
      const pattern = scopedPattern(line, folder);
      return pattern === undefined ? [] : [{ pattern: bytewise(pattern), mark: `${source}: ${line}` }];
    });
    return patterns.length === 0 ? this : new IgnoreRules(ignore({ ignorecase: false }).add(this.#rules).add(patterns));
  }

  /** A directory's path ends in `/`. */
  match(path: string): RuleMatch | undefined {
    if (this === IgnoreRules.empty) return undefined;
    this.#forgetSometimes();
    const { ignored, rule } = this.#rules.test(bytewise(path));
    return ignored ? { rule: rule?.mark ?? "" } : undefined;
  }

  /** The library remembers every path for good, which for a hundred thousand files is many megabytes; new rules, even none, make it forget. */
  #forgetSometimes(): void {
    this.#asked += 1;
    if (this.#asked % REMEMBERED_PATHS === 0) this.#rules.add(ignore());
  }
}

const REMEMBERED_PATHS = 4096;

const PRIVATE_USE = 0xe100;

/** Git's `?` and `[…]` match a byte: each byte beyond ASCII becomes a character of its own, one that no rule gives a meaning. */
const bytewise = (text: string): string =>
  text.replace(/[^\0-\x7f]+/g, (beyond) =>
    String.fromCharCode(...Array.from(Buffer.from(beyond), (byte) => PRIVATE_USE + byte)),
  );

/** Lines as git splits them: a byte order mark and carriage returns do not count. */
const linesOf = (text: string): readonly string[] =>
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.replace(/\r$/, ""));

/** A rule that counts from `folder` written as one that counts from the top; `undefined` for a comment or an empty line. */
export function scopedPattern(line: string, folder: string): string | undefined {
  if (line.startsWith("#") || /^!?[/\s]*$/.test(line)) return undefined;
  if (folder === "") return line;
  const negative = line.startsWith("!");
  const body = negative ? line.slice(1) : line;
  const anchored = /\/./.test(body.trimEnd());
  const below = anchored ? body.replace(/^\//, "") : `**/${body}`;
  return `${negative ? "!" : ""}/${escaped(folder)}/${below}`;
}

/** A folder's own name is no pattern. */
const escaped = (folder: string): string => folder.replace(/[\\*?[\]!# ]/g, "\\$&");

import { type Allowance, ALLOWANCE_ANCHOR, parseAllowance } from "./allowances.ts";
import { AnchorSearch } from "./anchor-search.ts";
import { isSecretFile, SECRET_FILE_RULE } from "./file-name-rule.ts";
import { traitsOf } from "./file-traits.ts";
import { LineCounter } from "./line-counter.ts";
import { ALLOWANCE_RULE, CONTENT_RULES, SECRET_RULES } from "./rules.ts";
import { type SecretHit, withoutOverlaps } from "./secret-hits.ts";
import { type FileTraits, LOOK_AHEAD, LOOK_BEHIND, type SecretFinding, type SecretRule } from "./secret-rule.ts";

type Sought = SecretRule | "allowance";

const SEARCH = new AnchorSearch<Sought>([
  [ALLOWANCE_ANCHOR, "allowance"],
  ...CONTENT_RULES.flatMap((rule) => rule.anchors.map((anchor): [string, Sought] => [anchor, rule])),
]);

const RULE_IDS: ReadonlySet<string> = new Set(SECRET_RULES.map(({ id }) => id));

interface PlacedAllowance extends Allowance {
  readonly line: number;
  readonly column: number;
}

/**
 * Looks for secrets in one file while it passes. What it finds does not depend on where chunks end: an anchor is judged once all that its
 * pattern may look at is there. It holds a chunk and `LOOK_BEHIND` + `LOOK_AHEAD` bytes, however long a line is. Enforces `no-secrets`.
 */
export class SecretScan {
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #hits: SecretHit[] = [];
  readonly #allowances: PlacedAllowance[] = [];
  #traits: FileTraits | undefined;
  /** Whether it begins with a byte order mark of UTF-16; known from the second byte on. */
  #wide: boolean | undefined;
  #pending: Uint8Array = new Uint8Array();
  /** Offset of the first pending byte. */
  #base = 0;
  /** Offset up to which anchors were judged. */
  #judged = 0;

  constructor(path: string) {
    this.#path = path;
  }

  update(chunk: Uint8Array): void {
    this.#append(chunk);
    const decidable = this.#base + this.#pending.length - LOOK_AHEAD;
    if (decidable > this.#judged) this.#judgeUpTo(decidable);
  }

  /** What was found, in the order of the file: findings that no allowance covers, and allowances that are none. */
  end(): readonly SecretFinding[] {
    this.#judgeUpTo(this.#base + this.#pending.length);
    const hits = withoutOverlaps([...this.#nameHits(), ...this.#hits]);
    const refused = hits.filter((hit) => !this.#allowances.some((allowance) => covers(allowance, hit)));
    const faulty = this.#allowances
      .filter((allowance) => !isValid(allowance))
      .map((at) => ({ ...at, rule: ALLOWANCE_RULE.id }));
    return [...refused, ...faulty]
      .toSorted((left, right) => left.line - right.line || left.column - right.column)
      .map(({ rule, line, column }) => ({ rule, path: this.#path, line, column }));
  }

  /** UTF-16, as Windows writes it, is read without its zeros. */
  #append(chunk: Uint8Array): void {
    const narrow = this.#wide === true ? chunk.filter((byte) => byte !== 0) : chunk;
    this.#pending = this.#pending.length === 0 ? narrow : Buffer.concat([this.#pending, narrow]);
    if (this.#wide !== undefined || this.#pending.length < 2) return;
    this.#wide = WIDE_MARKS.has(((this.#pending[0] ?? 0) << 8) | (this.#pending[1] ?? 0));
    if (this.#wide) this.#pending = this.#pending.filter((byte) => byte !== 0);
  }

  #judgeUpTo(offset: number): void {
    this.#traits ??= traitsOf(this.#path, this.#pending.subarray(0, LOOK_AHEAD));
    const traits = this.#traits;
    const bytes = this.#pending;
    const text = lazily(() => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
    SEARCH.search(bytes, this.#judged - this.#base, offset - this.#base, (at, sought) => {
      if (sought === "allowance") this.#allow(text(), at);
      else this.#judge(sought, text(), at, traits);
    });
    this.#judged = offset;
    this.#forget(Math.max(this.#base, offset - LOOK_BEHIND));
  }

  #judge(rule: SecretRule, text: string, at: number, traits: FileTraits): void {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(text);
    if (match === null) return;
    const groups = match.groups ?? {};
    const secret = SECRET_GROUPS.map((name) => groups[name]).find((value) => value !== undefined) ?? match[0];
    if (rule.accepts?.({ secret, groups, traits }) === false) return;
    const start = this.#base + at + match[0].lastIndexOf(secret);
    const place = this.#lines.place(this.#pending, this.#base, this.#base + at);
    this.#hits.push({ rule: rule.id, weight: rule.weight ?? 1, start, end: start + secret.length, ...place });
  }

  #allow(text: string, at: number): void {
    const allowance = parseAllowance(text, at);
    if (allowance) this.#allowances.push({ ...allowance, ...this.#lines.place(this.#pending, this.#base, this.#base + at) });
  }

  #nameHits(): readonly SecretHit[] {
    if (!isSecretFile(this.#path)) return [];
    return [{ rule: SECRET_FILE_RULE.id, weight: 1, start: -1, end: -1, line: 1, column: 1 }];
  }

  #forget(before: number): void {
    this.#lines.pass(this.#pending, this.#base, before);
    this.#pending = this.#pending.subarray(before - this.#base);
    this.#base = before;
  }
}

const WIDE_MARKS: ReadonlySet<number> = new Set([0xfffe, 0xfeff]);

/** What patterns call the secret in their alternatives. */
const SECRET_GROUPS = [
  "secret",
  "bare",
  "element",
  "ssh2",
  "key",
  "shared",
  "client",
  "fine",
  "npmrc",
  "app",
  "hook",
  "hub",
] as const;

/** On the line of the finding, or on the one before. */
const covers = (allowance: PlacedAllowance, { rule, line }: SecretHit): boolean =>
  isValid(allowance) && allowance.rule === rule && (allowance.line === line || allowance.line === line - 1);

const isValid = ({ rule, reasoned }: Allowance): boolean => reasoned && RULE_IDS.has(rule);

function lazily(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

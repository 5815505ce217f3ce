/** What is known of a file before its content is looked at for secrets. */
export interface FileTraits {
  readonly binary: boolean;
  /** Settings name values without quotes: `.ini`, `.yaml`, `.properties`, shell. */
  readonly settings: boolean;
  /** A lock file of some package manager: it is full of digests. */
  readonly lock: boolean;
}

/** What a pattern matched: its groups, `secret` among them where the pattern has one. */
export interface SecretMatch {
  readonly secret: string;
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly traits: FileTraits;
}

/** One kind of secret and how to know it in text of one byte a character. */
export interface SecretRule {
  readonly id: string;
  /** What it finds, for the reference. */
  readonly finds: string;
  /** Lower-case literals of at least three characters, one of which begins each match; case is for the pattern to judge. */
  readonly anchors: readonly string[];
  /** Sticky. It looks back at most `LOOK_BEHIND` and ahead at most `LOOK_AHEAD` characters, so every quantifier is bounded. */
  readonly pattern: RegExp;
  readonly accepts?: (match: SecretMatch) => boolean;
  /** Of two findings in one place the heavier is told; 1 unless said. */
  readonly weight?: number;
}

/** Where a secret stands; never the secret itself. */
export interface SecretFinding {
  readonly rule: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in bytes. */
  readonly column: number;
}

/** How far before its anchor a pattern may look, in bytes. */
export const LOOK_BEHIND = 256;
/** How far from its anchor a pattern may look, in bytes; a file's first so many bytes tell whether it is text. */
export const LOOK_AHEAD = 8192;

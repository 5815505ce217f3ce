export const ALLOWANCE_ANCHOR = "vox:allow-secret";

/** An inline permission, in whatever syntax the file has: `vox:allow-secret RULE: reason`. */
export interface Allowance {
  readonly rule: string;
  /** Something that can be read stands after the colon. */
  readonly reasoned: boolean;
}

const PATTERN = /vox:allow-secret[ \t]{1,8}(?<rule>[a-z][a-z0-9-]{0,60})(?:[ \t]{0,8}:(?<reason>[^\r\n]{0,400}))?/y;
const READABLE = /\p{L}{3}/u;

/** The allowance that begins at `at`; the bare words in a text that tells about them are none. */
export function parseAllowance(text: string, at: number): Allowance | undefined {
  PATTERN.lastIndex = at;
  const match = PATTERN.exec(text);
  const { rule, reason = "" } = match?.groups ?? {};
  if (rule === undefined) return undefined;
  return { rule, reasoned: READABLE.test(Buffer.from(reason, "latin1").toString("utf8")) };
}

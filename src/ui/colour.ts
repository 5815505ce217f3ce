import { styleText } from "node:util";

/** `--color WHEN`. */
export type ColorWhen = "auto" | "always" | "never";

export interface ColorFacts {
  readonly when: ColorWhen;
  readonly isTty: boolean;
  readonly noColor: string | undefined;
  readonly term: string | undefined;
}

/** The flag decides; on `auto` a terminal that is not dumb and no `NO_COLOR` (https://no-color.org). */
export function useColor(facts: ColorFacts): boolean {
  if (facts.when !== "auto") return facts.when === "always";
  return facts.isTty && (facts.noColor ?? "") === "" && facts.term !== "dumb";
}

export type Tone = "error" | "warning" | "hint" | "place" | "verb" | "faint";

/** Marks a piece of text by what it is. */
export type Paint = (tone: Tone, text: string) => string;

const FORMATS = {
  error: ["bold", "red"],
  warning: ["bold", "yellow"],
  hint: ["bold", "cyan"],
  place: ["blue"],
  verb: ["bold", "green"],
  faint: ["dim"],
} as const satisfies Record<Tone, readonly string[]>;

export const painter = (color: boolean): Paint =>
  color ? (tone, text) => styleText([...FORMATS[tone]], text, { validateStream: false }) : (_tone, text) => text;

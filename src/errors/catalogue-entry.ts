/** Exit codes of contracts §8, after BSD's sysexits. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 64,
  data: 65,
  unavailable: 69,
  bug: 70,
  cannotWrite: 73,
  tryAgain: 75,
  denied: 77,
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface CatalogueEntry {
  readonly exit: ExitCode;
  /** What the code means, one sentence for `vox explain` and the reference. */
  readonly meaning: string;
  /** The way on when the place of the failure names no better one. */
  readonly hint: string;
}

export const entry = (exit: ExitCode, meaning: string, hint: string): CatalogueEntry => ({ exit, meaning, hint });

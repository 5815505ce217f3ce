/** A fault that a check found; contracts, §8 `ci …`. */
export interface Finding {
  /** The check that found it. */
  readonly id: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** A path in the checkout. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

/** Whether nothing but warnings was found. */
export const passes = (findings: readonly Finding[]): boolean => findings.every((finding) => finding.severity !== "error");

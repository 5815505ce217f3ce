import type { FileTexts } from "./file-texts.ts";
import type { Finding } from "./finding.ts";
import type { ProgramDescription } from "./program-description.ts";

/** What the checks look at. */
export interface ComplianceFacts {
  readonly files: FileTexts;
  readonly program: ProgramDescription;
}

/** One statement that must hold, and how to find where it does not. */
export interface Validator {
  readonly id: string;
  /** What holds when nothing is found. */
  readonly statement: string;
  readonly run: (facts: ComplianceFacts) => readonly Finding[];
}

/** Folders whose files are facts. */
export const FACT_FOLDERS = [
  "contracts/cli",
  "contracts/output",
  "contracts/handoff",
  "contracts/manifest",
  "docs/src/reference",
  "src",
] as const;

export const REGISTRY_PATH = "contracts/cli/command-registry.yaml";
export const SCHEMA_PATH = "contracts/cli/command-registry.schema.json";

/** Makes findings of one check. */
export const errorsOf =
  (id: string) =>
  (message: string, place: { readonly file?: string; readonly line?: number | undefined } = {}): Finding => ({
    id,
    severity: "error",
    message,
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(place.line === undefined ? {} : { line: place.line }),
  });

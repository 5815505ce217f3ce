import { PORTABILITY_POLICY } from "../policy/portability/generated/portability-policy.ts";
import type { FileTexts } from "./file-texts.ts";
import type { Finding } from "./finding.ts";
import type { GeneratedFile } from "./generated-file.ts";
import type { ProgramDescription } from "./program-description.ts";

/** What the checks look at. */
export interface ComplianceFacts {
  readonly files: FileTexts;
  readonly program: ProgramDescription;
  /** What `vox ci docs-sync` would write now. */
  readonly generated: readonly GeneratedFile[];
}

/** One statement that must hold, and how to find where it does not. */
export interface Validator {
  readonly id: string;
  /** What holds when nothing is found. */
  readonly statement: string;
  /** Whether its findings are told and do not fail in the local lane, as pages are finished last; they block in the others. */
  readonly advisoryLocally?: boolean;
  readonly run: (facts: ComplianceFacts) => readonly Finding[];
}

/** Folders and files that are facts. */
export const FACT_PATHS = [
  ".ci",
  ".dockerignore",
  ".github",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "Dockerfile",
  "LICENSE",
  "README.md",
  "contracts",
  "docs",
  "examples",
  "package.json",
  "scripts",
  "src",
] as const;

/** Tests whose texts are facts: each names the invariant that it shows. */
export const READ_TESTS: readonly string[] = [
  ...new Set(PORTABILITY_POLICY.invariants.flatMap(({ shown_by }) => [...shown_by])),
];

/** Folders of whose files it is a fact that they are there, and no more. */
export const NAMED_PATHS = ["test"] as const;

export const REGISTRY_PATH = "contracts/cli/command-registry.yaml";
export const SCHEMA_PATH = "contracts/cli/command-registry.schema.json";

/** Makes findings of one check. What is about a whole file, or about one that is not there, is told of its first line. */
export const errorsOf =
  (id: string) =>
  (message: string, place: { readonly file: string; readonly line?: number | undefined }): Finding => ({
    id,
    severity: "error",
    message,
    file: place.file,
    line: place.line ?? 1,
  });

import { parse } from "yaml";
import { type FileTexts, lineOf } from "./file-texts.ts";

const FOLDER = ".github/workflows/";

/** A step of a job, as far as the checks look at it. */
export interface WorkflowStep {
  readonly uses: string | undefined;
  readonly run: string | undefined;
}

export interface Workflow {
  readonly path: string;
  readonly text: string;
  readonly steps: readonly WorkflowStep[];
  /** Lists of the jobs' matrices, by name. */
  readonly matrix: Readonly<Record<string, readonly unknown[]>>;
}

/** The workflow, or nothing when it is not there or no YAML. */
export function workflowAt(files: FileTexts, name: string): Workflow | undefined {
  const path = `${FOLDER}${name}`;
  const text = files.text(path);
  if (text === undefined) return undefined;
  const jobs = Object.values(recordOf(recordOf(parsed(text))["jobs"])).map(recordOf);
  return {
    path,
    text,
    steps: jobs.flatMap((job) => listOf(job["steps"]).map((step) => stepOf(recordOf(step)))),
    matrix: Object.assign({}, ...jobs.map((job) => listsOf(recordOf(recordOf(job["strategy"])["matrix"])))),
  };
}

/** What the workflow's steps run: their own lines, and the scripts of this repository that they name. */
export function shellOf({ steps }: Workflow, files: FileTexts): string {
  const lines = steps.flatMap(({ run }) => run ?? []).join("\n");
  const scripts = [...lines.matchAll(/\b(scripts\/[\w./-]+)/g)].map((match) => files.text(match[1] ?? "") ?? "");
  return [lines, ...scripts].join("\n");
}

export const usesAction = ({ steps }: Workflow, action: string): boolean =>
  steps.some(({ uses }) => uses !== undefined && uses.startsWith(`${action}@`));

/** Each `uses:` of a workflow, with its line. */
export const actionsOf = (text: string): readonly { readonly action: string; readonly line: number }[] =>
  [...text.matchAll(/^\s*(?:- )?uses:\s*(\S+)/gm)].map((match) => ({
    action: match[1] ?? "",
    line: lineOf(text, match[0].trimStart()) ?? 1,
  }));

const stepOf = (step: Readonly<Record<string, unknown>>): WorkflowStep => ({
  uses: textOf(step["uses"]),
  run: textOf(step["run"]),
});

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const listsOf = (record: Readonly<Record<string, unknown>>): Readonly<Record<string, readonly unknown[]>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, listOf(value)]));

import type { ErrorCode } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";

interface Symptom {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint?: string;
}

/** What git says in English of why it cannot go on; the first that fits counts. */
const SYMPTOMS: readonly Symptom[] = [
  { pattern: /transport '[^']*' not allowed|remote helper|unable to find remote helper/i, code: "GIT_REFUSED" },
  {
    pattern: /dubious ownership/i,
    code: "GIT_DENIED",
    hint: "if you trust that folder, run `git config --global --add safe.directory FOLDER`",
  },
  {
    pattern:
      /authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied|host key verification failed|returned error: 40[13]/i,
    code: "GIT_DENIED",
  },
  { pattern: /couldn't find remote ref|not our ref|unadvertised object|no such remote ref/i, code: "GIT_REF_UNKNOWN" },
];

/** A git command that failed, told with the line in which git says why, without credentials. */
export function gitFailure(url: string, stderr: string): VoxError {
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(stderr));
  const hint = symptom?.hint;
  return new VoxError(
    symptom?.code ?? "GIT_UNAVAILABLE",
    `git cannot read \`${url}\`${detailOf(stderr)}`,
    hint === undefined ? {} : { hint },
  );
}

/** The first line that names the fault; a user's configuration may have put a secret into the URL that git repeats. */
function detailOf(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const line = lines.find((text) => /^(fatal|error|ssh|remote):/i.test(text)) ?? lines.find((text) => text !== "");
  if (line === undefined) return "";
  const plain = line.replace(/\/\/[^/@\s]*@/g, "//…@").replace(/^(fatal|error): /i, "");
  return `: ${plain.replace(/[.\s]+$/, "")}`;
}

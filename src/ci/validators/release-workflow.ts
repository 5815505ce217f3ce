import { errorsOf, type Validator } from "../validator.ts";
import { shellOf, usesAction, workflowAt } from "../workflows.ts";

const finding = errorsOf("release-workflow");
const PATH = ".github/workflows/release-binaries.yml";

/** What a release comes with, and the words that make it. */
const STEPS = [
  { words: "npm sbom", what: "a bill of materials of the files" },
  { words: "--sbom=true", what: "a bill of materials of the image" },
  { words: "npm publish --provenance", what: "provenance of the npm package" },
  { words: "--provenance=mode=max", what: "provenance of the image" },
  { words: "cosign sign-blob", what: "a signature of the checksums" },
  { words: "cosign sign ", what: "a signature of the image" },
  { words: "sha256sum", what: "checksums" },
  { words: "ci command-compliance", what: "the gates" },
] as const;

export const releaseWorkflow: Validator = {
  id: "release-workflow",
  statement: "a release has a bill of materials, provenance, a signature and checksums, and goes through the gates",
  run: ({ files }) => {
    const workflow = workflowAt(files, "release-binaries.yml");
    if (workflow === undefined) return [finding("there is no workflow for releases", { file: PATH })];
    const shell = shellOf(workflow, files);
    return [
      ...STEPS.filter(({ words }) => !shell.includes(words)).map(({ what }) =>
        finding(`makes no step for ${what}`, { file: PATH }),
      ),
      ...(usesAction(workflow, "actions/attest-build-provenance")
        ? []
        : [finding("makes no step for provenance of the files", { file: PATH })]),
    ];
  },
};

import { errorsOf, type Validator } from "../validator.ts";
import { shellOf, usesAction, workflowAt } from "../workflows.ts";

const finding = errorsOf("ci-workflow");
const PATH = ".github/workflows/ci.yml";

/** The proof with nothing left out. */
const WHOLE = ".ci/run";

/** What every push goes through: the words of a shell step. */
const STEPS = [
  { words: "ci command-compliance", what: "runs no `vox ci command-compliance`" },
  { words: "npm run check", what: "runs no `npm run check`" },
  { words: "npm test", what: "runs no `npm test`" },
  { words: ".ci/run\n", what: "runs no test with services" },
  { words: ".ci/run --long", what: "runs no test that takes minutes" },
] as const;

export const ciWorkflow: Validator = {
  id: "ci-workflow",
  statement: "every push runs these checks and the tests, and uploads what was found as SARIF",
  run: ({ files }) => {
    const workflow = workflowAt(files, "ci.yml");
    if (workflow === undefined) return [finding("there is no workflow for pushes", { file: PATH })];
    const shell = shellOf(workflow, files);
    return [
      ...STEPS.filter(({ words }) => !shell.includes(words)).map(({ what }) => finding(what, { file: PATH })),
      ...((files.text(WHOLE) ?? "").includes("REQUIRE_SERVICES=1")
        ? []
        : [finding("tests that need a service may be left out in silence", { file: WHOLE })]),
      ...(usesAction(workflow, "github/codeql-action/upload-sarif") ? [] : [finding("uploads no SARIF", { file: PATH })]),
    ];
  },
};

// Who may import whom (docs/src/architecture/house.md). `scripts/import-rules.ts` adds what this tool cannot say.
// test/architecture/import-rules.test.ts plants one violation of each rule.

/** Files whose name tells that they do input or output, and the folder that wires them. */
const IO_FILES = "(^src/runtime/|/(fs|http|engine|process)-[^/]+\\.ts$)";

/** Node's modules that compute and neither read nor write anything outside the process. */
const PURE_NODE =
  "^(node:)?(crypto|zlib|path|path/posix|url|util|buffer|stream|stream/promises|events|string_decoder|timers/promises)$";

const npm = (names) => `(^|node_modules/)(@types/)?(${names})(/|$)`;

/** A room may import itself, the listed rooms, and nothing else of ours. */
const room = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `^src/(${from})/` },
  to: { path: "^src/", pathNot: `^src/(${["$1", ...allowed].join("|")})/` },
});

const rule = (name, from, to) => ({ name, severity: "error", from, to });

export default {
  forbidden: [
    room("errors-import-nothing", "errors", []),
    room("core-imports-errors-only", "core", ["errors"]),
    room("oci-and-archive-import-the-ground-only", "oci|archive", ["core", "errors"]),
    room("project-imports-core-only", "project", ["core"]),
    room("contracts-import-values-only", "contracts", ["core", "errors", "project"]),
    room("pm-never-imports-container", "pm", ["project", "oci", "archive", "contracts", "core", "errors"]),
    room("container-never-imports-pm", "container|render|deploy|attest", [
      "container",
      "render",
      "deploy",
      "attest",
      "project",
      "oci",
      "archive",
      "core",
      "errors",
    ]),
    room("config-imports-the-ground-only", "config", ["core", "errors"]),
    room("gates-import-what-they-are-given", "ci|policy|toolchain", ["core", "errors", "config", "contracts", "policy"]),
    room("ui-only-receives-events", "ui", ["core", "errors"]),
    rule("ops-know-no-front", { path: "^src/ops/" }, { path: "^src/(runtime|ui|ci|cli|bin\\.ts)" }),
    rule("runtime-knows-no-front", { path: "^src/runtime/" }, { path: "^src/(ui/|cli/|bin\\.ts)" }),
    rule("only-cli-and-runtime-import-ops", { path: "^src/", pathNot: "^src/(cli|runtime|ops)/" }, { path: "^src/ops/" }),
    rule("only-cli-imports-runtime", { path: "^src/", pathNot: "^src/(cli/|runtime/|bin\\.ts$)" }, { path: "^src/runtime/" }),
    rule("nothing-imports-cli", { path: "^src/", pathNot: "^src/(cli/|bin\\.ts$)" }, { path: "^src/cli/" }),
    rule(
      "bin-starts-cli",
      { path: "^src/bin\\.ts$" },
      { path: ".", pathNot: "^src/(cli|config)/|^src/runtime/fs-compiled-code\\.ts$" },
    ),
    rule(
      "io-shows-in-the-name",
      { path: "^src/", pathNot: `${IO_FILES}|^src/bin\\.ts$` },
      { dependencyTypes: ["core"], pathNot: PURE_NODE },
    ),
    rule(
      "sdks-are-io",
      { path: "^src/", pathNot: IO_FILES },
      { path: npm("undici|dockerode|execa|proper-lockfile|@sigstore/sign") },
    ),
    rule("only-runtime-imports-io-files", { path: "^src/", pathNot: IO_FILES }, { path: IO_FILES, pathNot: "^src/runtime/" }),
    rule("workers-start-in-runtime", { path: "^src/", pathNot: "^src/runtime/" }, { path: "^(node:)?worker_threads$" }),
    rule("zod-where-data-enters", { path: "^src/", pathNot: "^src/(contracts|config)/" }, { path: npm("zod") }),
    rule("commander-in-cli", { path: "^src/", pathNot: "^src/cli/" }, { path: npm("commander") }),
    rule("source-imports-no-tests", { path: "^src/" }, { path: "^(test|scripts|examples)/" }),
    rule("no-cycles", { path: "^src/" }, { circular: true }),
    rule("no-unresolved", { path: "^src/" }, { path: "^\\.{1,2}/", couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types"],
    },
  },
};

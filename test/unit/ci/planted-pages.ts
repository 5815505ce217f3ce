import type { ComplianceFacts } from "../../../src/ci/validator.ts";
import { withFile, withProgram } from "./facts.ts";

/** One planted fault a row: the check that must see it, what it says, and the facts with the fault in them. */
export type Planted = readonly (readonly [id: string, message: string, facts: ComplianceFacts])[];

const REGISTRY = "contracts/cli/command-registry.yaml";
const VOCABULARY = "docs/src/reference/vocabulary.md";

const edited = (path: string, from: string, to: string): ComplianceFacts => withFile(path, (text) => text.replace(from, to));
const added = (path: string, text: string): ComplianceFacts => withFile(path, (before) => `${before}\n${text}\n`);
const removed = (path: string): ComplianceFacts => withFile(path, () => undefined);
const page = (text: string): ComplianceFacts => added("docs/src/reference/image.md", text);

export const PLANTED_IN_PAGES: Planted = [
  ["links", "`nowhere.md` leads nowhere", page("[x](nowhere.md)")],
  ["links", "`vox-lock.md#nowhere` leads nowhere", page("[x](vox-lock.md#nowhere)")],
  ["links", "`#nowhere` leads nowhere", page("[x](#nowhere)")],
  ["links", "`image.md` leads nowhere", removed("docs/src/reference/image.md")],
  ["named-commands", "`vox rollup` is not a command", page("Run `vox rollup` then.")],
  ["named-commands", "`vox pm install` is not a command", page("```console\n$ vox pm install x\n```")],
  ["named-commands", "`vox lock` has no option `--fast`", page("    vox lock --fast   # quickly")],
  ["named-commands", "`vox install` is not a command", page("    CI=true vox install")],
  ["named-commands", "`vox why` is not a command", edited(REGISTRY, "- path: why\n", "- path: wherefore\n")],
  [
    "named-commands",
    "the line is marked as naming no command, and names none that is not there",
    page("`vox lock` is none <!-- no such command -->"),
  ],
  ["named-codes", "`LOCK_OLD` is no error code of vox", page("It ends with `LOCK_OLD`.")],
  ["named-codes", "`VOX_ICED` is no variable of vox", page("    VOX_ICED=1 vox lock")],
  ["named-codes", "2 is no exit code of vox", page("It is `LOCK_STALE`, exit 2.")],
  ["named-paths", "there is no `src/ops/nowhere.ts`", page("See `src/ops/nowhere.ts`.")],
  [
    "named-paths",
    "there is no `test/system/nowhere.test.ts`",
    edited(".github/workflows/ci.yml", "name: ci\n", "name: ci\n# as test/system/nowhere.test.ts does\n"),
  ],
  ["named-paths", "there is no `contracts/output/lock.schema.json`", removed("contracts/output/lock.schema.json")],
  ["named-paths", "there is no `test/support/storefront.ts`", removed("test/support/storefront.ts")],
  [
    "decisions",
    "it is neither accepted nor superseded",
    edited("docs/src/adr/003-closure-digest.md", "Status: accepted", "Status: proposed"),
  ],
  ["decisions", "its title does not begin with `003: `", edited("docs/src/adr/003-closure-digest.md", "# 003:", "# 004:")],
  ["decisions", "it has no `## Consequences`", edited("docs/src/adr/003-closure-digest.md", "## Consequences", "## So")],
  ["decisions", "another record is number 003", added("docs/src/adr/003-other.md", "# 003: Other")],
  ["vocabulary", "`installed state` is called `materialized state` here", page("The installed state of it.")],
  [
    "vocabulary",
    "`parent images` is called `base image` here",
    edited(REGISTRY, "base images included", "parent images included"),
  ],
  ["vocabulary", "the vocabulary has no table of terms", edited(VOCABULARY, "## Terms", "## Words")],
  ["verbs", "`vox install` is a synonym of `vox add`", edited(REGISTRY, "- path: add\n", "- path: install\n")],
  ["verbs", "`vox add` is no command", edited(REGISTRY, "- path: add\n", "- path: plus\n")],
  ["verbs", "the vocabulary has no table of verbs", removed(VOCABULARY)],
  [
    "verbs",
    "`vox commands` says of itself what `vox deploy` says",
    edited(REGISTRY, "summary: List every command", "summary: Build the application's image and bring it to where it runs"),
  ],
  [
    "verbs",
    "the toolchain knows nothing of projects and their locks",
    added("src/cli/commands/upgrade.ts", 'import { lockProject } from "../../ops/lock-project.ts";'),
  ],
];

export const PLANTED_IN_CODE: Planted = [
  [
    "completions",
    "the completions for zsh do not offer `precise` of `vox update`",
    withProgram(({ completions }) => ({
      completions: completions.map(({ shell, script }) => ({ shell, script: script.replaceAll("precise", "exact") })),
    })),
  ],
  [
    "deploy-fields",
    "`deploy.target` names `--target`, which `vox deploy` does not take",
    edited(REGISTRY, "- name: target\n", "- name: goal\n"),
  ],
  [
    "generated-files",
    "the file is not fresh: run `vox ci docs-sync --write`",
    edited("contracts/lockfile/vox-lock.schema.json", "integer", "number"),
  ],
  [
    "generated-files",
    "the file is not there: run `vox ci docs-sync --write`",
    removed("contracts/lockfile/vox-lock.schema.json"),
  ],
  [
    "lock-bound",
    "it does not hold the project to a fresh lock",
    edited("src/ops/materialize-project.ts", "await freshLock(", "await readLock("),
  ],
  [
    "lock-bound",
    "it reaches a builder with something else than a `Materialized`",
    added("src/ops/quick-image.ts", 'import { buildImage } from "../container/build/native-builder.ts";'),
  ],
  [
    "lock-bound",
    "only the use cases may reach a builder",
    added("src/cli/commands/quick.ts", 'import { buildImage } from "../../container/build/native-builder.ts";'),
  ],
  [
    "halves",
    "joins `container` and `pm`",
    added("src/cli/commands/quick.ts", 'import { a } from "../../container/a.ts";\nconst b = await import("../../pm/b.ts");'),
  ],
  ["halves", "`PortabilityManager` is no noun of this house", added("src/ops/all.ts", "export class PortabilityManager {}")],
];

/** The facts of the checkout as they are, for what must not be found. */
export const SOUND: readonly (readonly [id: string, what: string, facts: ComplianceFacts])[] = [
  ["named-commands", "a group with dots", page("`vox ci …` and `vox pm cache …`")],
  ["named-commands", "alternatives", page("`vox pm search|info NAME`")],
  ["named-commands", "a line that says that there is none", page("`vox install` is none. <!-- no such command -->")],
  ["named-commands", "options of all commands", page("`vox lock --json --project DIR`")],
  ["links", "an address elsewhere, and a link in code", page("[x](https://example.com/) and `[x](nowhere.md)`")],
  ["links", "a folder", page("[x](../adr/)")],
  ["named-codes", "codes of registries and of git", page("`NAME_UNKNOWN`, `GIT_SSH`")],
  ["lock-bound", "the wiring", added("src/runtime/x.ts", 'import { a } from "../container/build/native-builder.ts";')],
  [
    "halves",
    "a half that knows itself and one other",
    added("src/deploy/x.ts", 'import { a } from "../container/a.ts";\nimport { b } from "./b.ts";'),
  ],
];

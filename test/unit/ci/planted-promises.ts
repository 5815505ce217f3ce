import type { ComplianceFacts } from "../../../src/ci/validator.ts";
import { withFile } from "./facts.ts";
import type { Planted } from "./planted-pages.ts";

const SSOT = "docs/src/reference/vox-portability-ssot.md";
const POLICY = "contracts/policy/portability-policy.yaml";
const CHECKLIST = "docs/src/architecture/doc-to-code-acceptance-checklist.md";
const REGISTER = "docs/src/architecture/deferral-register.md";
const CONTRACTS = "docs/src/reference/contracts.md";
const RISKS = "docs/src/architecture/risk-register.md";
const RECIPES = "docs/src/how-to/ci-recipes.md";

const edited = (path: string, from: string | RegExp, to: string): ComplianceFacts =>
  withFile(path, (text) => text.replace(from, to));
const removed = (path: string): ComplianceFacts => withFile(path, () => undefined);
const added = (path: string, text: string): ComplianceFacts => withFile(path, (before) => `${before}\n${text}\n`);

export const PLANTED_IN_PROMISES: Planted = [
  ["required-pages", "the page is not there, or has no title", removed(REGISTER)],
  ["required-pages", "`docs/src/adr/021-new.md` is not in the index", withFile("docs/src/adr/021-new.md", () => "# 021: New")],
  ["required-pages", "the page is not there, or has no title", withFile(SSOT, () => "")],
  ["required-pages", "the page does not say whether it is normative or analytical", edited(SSOT, "*Normative.", "*True.")],
  ["required-pages", "the page does not say whether it is normative or analytical", edited(REGISTER, "*Analytical:", "*So:")],
  ["invariants", "there is no portability policy", removed(POLICY)],
  ["invariants", "version: Invalid input: expected 1", edited(POLICY, "version: 1", "version: 2")],
  [
    "invariants",
    "the program was made from another policy: run `npm run generate` and `npm run build`",
    edited(POLICY, "ci: advisory", "ci: blocking"),
  ],
  ["invariants", "there is no table of invariants", edited(SSOT, "## Invariants", "## Rules")],
  ["invariants", "`lock-fresh` is in the policy and not on the normative page", edited(SSOT, /^\| `lock-fresh` .*\n/m, "")],
  [
    "invariants",
    "`lock-old` is on the normative page and not in the policy",
    edited(SSOT, "| `lock-fresh` |", "| `lock-old` |"),
  ],
  ["invariants", "`lock-fresh` is there twice", edited(POLICY, "- id: base-locked\n", "- id: lock-fresh\n")],
  [
    "invariants",
    "`src/ops/materialize-project.ts` does not say that it enforces `lock-fresh`",
    removed("src/ops/materialize-project.ts"),
  ],
  [
    "invariants",
    "`src/policy/portability/judges/tree.ts` does not say that it enforces `tree-clean`",
    edited("src/policy/portability/judges/tree.ts", "Enforces `tree-clean`", "Reports `tree-clean`"),
  ],
  [
    "invariants",
    "`tree-clean` has more than one enforcement home: src/ops/ports.ts, src/policy/portability/judges/tree.ts",
    added("src/ops/ports.ts", "/** Enforces `tree-clean`. */"),
  ],
  ["invariants", "`test/system/stale-lock.test.ts` does not name `lock-fresh`", removed("test/system/stale-lock.test.ts")],
  [
    "invariants",
    "`test/system/stale-lock.test.ts` does not name `lock-fresh`",
    edited("test/system/stale-lock.test.ts", "`lock-fresh`", "the lock"),
  ],
  [
    "supported-runtimes",
    "`native builder` is called supported, and no system test shows it",
    removed("test/system/same-image.test.ts"),
  ],
  [
    "supported-runtimes",
    "there is no table below `Runtimes and their caveats`",
    edited(SSOT, "## Runtimes and", "## Engines and"),
  ],
  [
    "supported-runtimes",
    "`vox deploy` does not take the target `fly`, which is not deferred",
    edited(REGISTER, "and `fly`", "and others"),
  ],
  ["conformance", "it has no `## Materialization`", edited(SSOT, "## Materialization", "## Materials")],
  ["conformance", "the box names no test that is there", removed("test/system/sbom.test.ts")],
  [
    "conformance",
    "the box is not ticked: what is not shown is for the deferral register",
    edited(SSOT, "- [x] Bills", "- [ ] Bills"),
  ],
  ["contract-page", "`contracts/handoff/` has no row", edited(CONTRACTS, "contracts/handoff/", "contracts/hand/")],
  ["contract-page", "`contracts/wire/` has no row", withFile("contracts/wire/x.yaml", () => "version: 1\n")],
  [
    "contract-page",
    "`the handoff` has no version, or nothing that needs a new one",
    edited(CONTRACTS, "| `schemaVersion` | an optional field |", "| | an optional field |"),
  ],
  ["policy-restated", "there is no normative page", removed(SSOT)],
  [
    "policy-restated",
    "the page does not link to the normative one",
    withFile(RECIPES, (text) => text.replaceAll("vox-portability-ssot.md", "vox-lock.md")),
  ],
  [
    "policy-restated",
    "`a container shares its host s kernel system calls …` is said on the normative page: link to it",
    added(RECIPES, "A container shares its host's kernel.\nSystem calls, cgroups, limits and security modules are the host's."),
  ],
  [
    "portability-mixing",
    "the page speaks of applications and of the tool itself",
    added("docs/src/reference/toolchain.md", "Then run `vox deploy`."),
  ],
  ["portability-mixing", "the page speaks of applications and of the tool itself", added(RECIPES, "Then run `vox upgrade`.")],
  ["deferrals", "`WASI` is not in the register", edited(REGISTER, "| WASI ", "| Wasm ")],
  [
    "deferrals",
    "`macOS as a tested platform of the tool` has no trigger, or nothing in its place",
    edited(REGISTER, "a month without a failure that is its own", ""),
  ],
  ["risks", "R3 is not in the register", edited(RISKS, "| R3: ", "| R9: ")],
  ["risks", "no test guards `R1: the lock is too weak for deployment`", removed("test/system/same-image.test.ts")],
  ["acceptance", "WP3.2 has no row", edited(CHECKLIST, "| WP3.2 |", "| WP3.9 |")],
  ["acceptance", "owner 7 has no row", edited(CHECKLIST, "| owner 7 |", "| owner 8 |")],
  [
    "acceptance",
    "WP3.3 is open: that is for the deferral register",
    edited(CHECKLIST, "| what hermetic means |", "| what hermetic means, later |"),
  ],
  ["acceptance", "WP1.3 names no file that is there", removed("src/project/materialized-project.ts")],
  [
    "acceptance",
    "G1 names `sameness`, which is no check",
    edited(CHECKLIST, "| `vocabulary`, `decisions`", "| `sameness`, `decisions`"),
  ],
  ["acceptance", "G3 names `test/system/stale-lock.test.ts`, which is no check", removed("test/system/stale-lock.test.ts")],
];

import type { Finding } from "../finding.ts";
import { headingsOf, linksOf } from "../markdown/page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("required-pages");

const REFERENCE =
  "cli command-compliance contracts deploy-fields deployment-compose env-vars errors exit-codes handoff image package-archive policy provenance registries sbom secrets signing toolchain verify vocabulary vox-lock vox-portability-ssot vox-toml";
const HOW_TO =
  "air-gap ci-recipes how-to-deploy migrate-from-compose migrate-from-dockerfile publish-a-package run-a-private-registry";
const ARCHITECTURE =
  "deferral-register doc-to-code-acceptance-checklist house public-contract-inventory risk-register rollout testing vox-cross-platform-runbook vox-docker-dotvox-portability-research-2026 vox-portability-implementation-plan-2026";

/** Those that are promised whatever the index says. */
const PAGES = Object.entries({ reference: REFERENCE, "how-to": HOW_TO, architecture: ARCHITECTURE }).flatMap(
  ([folder, names]) => names.split(" ").map((name) => `docs/src/${folder}/${name}.md`),
);

/** What a page of a folder says in its first lines, so that nobody takes an analysis for a promise. */
const STANDING = { "docs/src/reference/": /^\*Normative\b/m, "docs/src/architecture/": /^[*_]Analytical\b/m } as const;

export const requiredPages: Validator = {
  id: "required-pages",
  statement:
    "the pages that a reader is promised are there with a title, the index leads to every page, reference pages say that they are normative and architecture pages that they are not",
  advisoryLocally: true,
  run: ({ files }) => [
    ...unlistedPages({ files }),
    ...PAGES.filter((path) => headingsOf(files.text(path) ?? "").length === 0).map((file) =>
      finding("the page is not there, or has no title", { file }),
    ),
    ...Object.entries(STANDING).flatMap(([folder, standing]) =>
      files
        .under(folder)
        .filter((path) => path.endsWith(".md") && !standing.test((files.text(path) ?? "").slice(0, 600)))
        .map((file) => finding("the page does not say whether it is normative or analytical", { file, line: 1 })),
    ),
  ],
};

const ROOT = "docs/src/";
const INDEX = `${ROOT}index.md`;

/** The index is the one list of pages: who takes a page away has to take its line away too, and the site's menu follows it. */
function unlistedPages({ files }: Pick<ComplianceFacts, "files">): readonly Finding[] {
  const listed = new Set(linksOf(files.text(INDEX) ?? "").map(({ target }) => `${ROOT}${target}`));
  return files
    .under(ROOT)
    .filter((path) => path.endsWith(".md") && path !== INDEX && !listed.has(path))
    .map((path) => finding(`\`${path}\` is not in the index`, { file: INDEX }));
}

import type { ComplianceFacts } from "../../../src/ci/validator.ts";
import { withFile } from "./facts.ts";
import type { Planted } from "./planted-pages.ts";

const POLICY = "contracts/install/install-policy.yaml";
const CI = ".github/workflows/ci.yml";
const RELEASE = ".github/workflows/release-binaries.yml";

const edited = (path: string, from: string, to: string): ComplianceFacts => withFile(path, (text) => text.replaceAll(from, to));
const removed = (path: string): ComplianceFacts => withFile(path, () => undefined);

export const PLANTED_IN_TOOLCHAIN: Planted = [
  ["image-metadata", "the tool has no Dockerfile", removed("Dockerfile")],
  [
    "image-metadata",
    "the tool's image has no label `org.opencontainers.image.licenses`",
    edited("Dockerfile", "image.licenses=", "image.license="),
  ],
  [
    "image-metadata",
    "`org.opencontainers.image.licenses` is promised and not written",
    edited("src/container/plan/labels.ts", "[ANNOTATION.licenses, identity.license],", ""),
  ],
  [
    "image-metadata",
    "`org.opencontainers.image.licenses` is written and not promised",
    edited("docs/src/reference/image.md", "`licenses`, ", ""),
  ],
  [
    "pinned-images",
    "`docker.io/library/node:22-bookworm-slim` is not pinned by its digest",
    withFile("Dockerfile", (text) => text.replaceAll(/^(FROM .*)@sha256:[0-9a-f]{64}/gm, "$1")),
  ],
  [
    "pinned-images",
    "`node:22` is not pinned by its digest",
    withFile("examples/x/Dockerfile", () => "FROM node:22 AS build\nFROM build\n"),
  ],
  [
    "pinned-images",
    "`redis:7` is not pinned by its digest",
    withFile("examples/x/compose.yaml", () => "services:\n  a:\n    image: redis:7\n"),
  ],
  [
    "pinned-images",
    "`actions/checkout@v4` is not pinned by a commit",
    withFile(CI, (text) => text.replace(/actions\/checkout@\S+/, "actions/checkout@v4")),
  ],
  ["install-policy", "there is no install policy", removed(POLICY)],
  ["install-policy", "version: Invalid input: expected 1", edited(POLICY, "version: 1\n", "version: 2\n")],
  ["install-policy", 'it does not say `"node": ">=22.0"`', edited(POLICY, 'minimum: "20.19"', 'minimum: "22.0"')],
  ["install-policy", "it does not say `Node 20.19`", edited("README.md", "20.19", "18.0")],
  ["install-policy", "it does not say `USER 65532:65532`", edited("Dockerfile", "USER 65532:65532", "USER root")],
  ["install-policy", "Node 28 is not tested", edited(POLICY, "24, 26]", "24, 26, 28]")],
  ["install-policy", "Node 18 is tested and is not in the policy", edited(CI, "node: [20,", "node: [18, 20,")],
  ["install-policy", "linux/arm64 is not tested: no job runs on `ubuntu-24.04-arm`", edited(CI, ", ubuntu-24.04-arm", "")],
  [
    "install-policy",
    "the release makes no `vox-$version.tgz`",
    withFile(RELEASE, (text) => text.replaceAll("scripts/ci/release-files", "true").replaceAll("checksums.txt", "sums")),
  ],
  ["ci-workflow", "there is no workflow for pushes", removed(CI)],
  ["ci-workflow", "runs no `vox ci command-compliance`", edited(CI, "scripts/ci/compliance", "true")],
  ["ci-workflow", "runs no test with services", edited(CI, ".ci/run\n", "true\n")],
  ["ci-workflow", "runs no test that takes minutes", edited(CI, ".ci/run --long", "true")],
  [
    "ci-workflow",
    "tests that need a service may be left out in silence",
    edited(".ci/run", "export VOX_REQUIRE_SERVICES=1", ""),
  ],
  ["ci-workflow", "uploads no SARIF", edited(CI, "upload-sarif", "init")],
  ["release-workflow", "there is no workflow for releases", removed(RELEASE)],
  [
    "release-workflow",
    "makes no step for provenance of the npm package",
    edited(RELEASE, "npm publish --provenance", "npm publish"),
  ],
  [
    "release-workflow",
    "makes no step for a bill of materials of the files",
    edited("scripts/ci/release-files", "npm sbom", "npm ls"),
  ],
  ["release-workflow", "makes no step for a signature of the image", edited(RELEASE, "cosign sign ", "true ")],
  ["release-workflow", "makes no step for provenance of the files", edited(RELEASE, "attest-build-provenance", "cache")],
];

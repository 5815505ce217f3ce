// Made by scripts/generate.ts from contracts/install/install-policy.yaml: edit that file, then run `npm run generate`.
import type { InstallPolicy } from "../../contracts/install-policy.ts";

export const INSTALL_POLICY: InstallPolicy = {
  version: 1,
  node: { minimum: "20.19", tested: [20, 22, 24, 26] },
  platforms: [
    { name: "linux/x64", runner: "ubuntu-24.04", status: "tested" },
    { name: "linux/arm64", runner: "ubuntu-24.04-arm", status: "tested" },
    { name: "darwin/arm64", runner: "macos-15", status: "advisory" },
  ],
  artifacts: [
    { kind: "npm", file: "vox-{version}.tgz", holds: "the npm package, which brings its dependencies from npm" },
    {
      kind: "tarball",
      file: "vox-{version}.tar.gz",
      holds: "the program with its dependencies, for a machine with Node and nothing else",
    },
    { kind: "sbom", file: "vox-{version}.cdx.json", holds: "what the tarball is made of, in CycloneDX" },
  ],
  checksums: { file: "checksums.txt", algorithm: "sha256" },
  signature: { file: "checksums.txt.sigstore.json", by: "cosign" },
  image: {
    base: "docker.io/library/node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c",
    platforms: ["linux/amd64", "linux/arm64"],
    user: "65532:65532",
  },
  releases: { base: "" },
};

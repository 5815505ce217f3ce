import type { SbomSubject } from "../../../src/attest/sbom/sbom-subject.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import type { MaterializedPackage } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, blobOf, packageOf, projectOf } from "../container/fixtures.ts";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const names = (...list: readonly string[]) => list.map(parsePackageName);

/** A package of each source, with an archive for each platform, with licences of every kind. */
export const PACKAGES: readonly MaterializedPackage[] = [
  { ...packageOf("slug", { version: "2.0.1" }), license: "MIT" },
  { ...packageOf("catalog", { version: "1.1.4" }), license: "(MIT OR Apache-2.0)", dependencies: names("slug") },
  {
    ...packageOf("templates", { version: "3.0.0", source: `git+https://example.com/t.git#${COMMIT}` }),
    license: "Acme internal, see the contract",
  },
  { ...packageOf("local-kit", { version: "0.1.0+build.7", source: "path+../local-kit" }), dependencies: names("catalog") },
  {
    ...packageOf("codec", { version: "1.0.0-rc.1" }),
    archive: {
      kind: "by-platform",
      blobs: [
        { ...blobOf("codec amd64"), platform: AMD64 },
        { ...blobOf("codec arm64"), platform: ARM64 },
      ],
    },
  },
];

export const subjectOf = (change: Partial<SbomSubject> = {}): SbomSubject => ({
  project: projectOf({
    identity: {
      name: parsePackageName("storefront"),
      version: "1.4.0",
      description: "A small shop",
      license: "Apache-2.0",
      authors: ["Ada <ada@example.com>"],
      repository: "https://example.com/shop.git",
      homepage: "https://shop.example.com",
      revision: COMMIT,
      dirty: false,
    },
    dependencies: names("catalog", "codec", "local-kit", "templates"),
    packages: PACKAGES,
    baseImages: [
      {
        reference: "docker.io/library/node:22-slim",
        digest: digestOf("base index"),
        platforms: [
          { platform: AMD64, digest: digestOf("base amd64") },
          { platform: ARM64, digest: digestOf("base arm64") },
        ],
      },
    ],
  }),
  image: {
    name: "ghcr.io/acme/storefront",
    digest: digestOf("index"),
    platforms: [
      { platform: AMD64, digest: digestOf("amd64") },
      { platform: ARM64, digest: digestOf("arm64") },
    ],
  },
  created: "2026-03-03T14:05:00Z",
  voxVersion: "0.1.0",
  ...change,
});

import { join } from "node:path";

/** What `vox package --format` can write. */
export const PACKAGE_FORMATS = ["oci-layout", "docker-archive", "dockerfile", "compose", "airgap"] as const;
export type PackageFormat = (typeof PACKAGE_FORMATS)[number];

/** Where a format goes unless `--out` says otherwise (contracts, §8). */
export const defaultOutputDir = (dir: string, format: PackageFormat): string => join(dir, "dist", format);

/** What a format's output is followed by, for each bill of materials beside it. */
export const SBOM_SUFFIXES = { spdx: ".spdx.json", cyclonedx: ".cdx.json" } as const;

/** What writing into a folder makes: the folder, and the bills of materials beside it. */
export const outputsAt = (outDir: string): readonly string[] => [
  outDir,
  ...Object.values(SBOM_SUFFIXES).map((suffix) => `${outDir}${suffix}`),
];

/** What vox writes in a project on its own account; no image holds it. */
export const outputDirs = (dir: string): readonly string[] =>
  PACKAGE_FORMATS.flatMap((format) => outputsAt(defaultOutputDir(dir, format)));

import { join } from "node:path";

/** What `vox package --format` can write. */
export const PACKAGE_FORMATS = ["oci-layout", "docker-archive", "dockerfile", "compose", "airgap"] as const;
export type PackageFormat = (typeof PACKAGE_FORMATS)[number];

/** Where a format goes unless `--out` says otherwise (contracts, §8). */
export const defaultOutputDir = (dir: string, format: PackageFormat): string => join(dir, "dist", format);

/** Folders in a project that vox writes to on its own account; no image holds them. */
export const outputDirs = (dir: string): readonly string[] => PACKAGE_FORMATS.map((format) => defaultOutputDir(dir, format));

import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import type { ChosenPackage } from "../../../../src/pm/lockfile/build-lock.ts";
import type { DesiredState } from "../../../../src/pm/lockfile/desired-state.ts";

/** A registry package as resolution chooses it. */
export function chosen(
  name: string,
  version: string,
  requires: readonly string[] = [],
  featureTable: readonly string[] = [],
): ChosenPackage {
  const archive = {
    manifest: digestOf(`manifest ${name} ${version}`),
    digest: digestOf(`blob ${name} ${version}`),
    diffId: digestOf(`tar ${name} ${version}`),
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    size: 100,
  };
  const source = { kind: "registry", registry: "default", archives: { kind: "neutral", archive } } as const;
  return { name: parsePackageName(name), version, source, requires, featureTable };
}

/** What one project at `.` asks. */
export function asked(requires: readonly string[], featureTable: readonly string[] = []): DesiredState {
  return {
    projects: [{ name: parsePackageName("app"), path: ".", requires, featureTable }],
    pathPackages: [],
    folderVersions: new Map(),
    registries: [{ name: "default", index: "default" }],
    patches: [],
    baseImages: [],
  };
}

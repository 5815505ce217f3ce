import { posix } from "node:path";
import { nearestWord } from "../../core/nearest-word.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { manifestFile } from "./find-workspace.ts";
import type { Manifest } from "./manifest.ts";
import { placeOf } from "./manifest-fault.ts";
import type { Requirement } from "./requirement.ts";
import type { PathPackage, WorkspaceMember } from "./workspace-member.ts";

export interface RegistryUse {
  readonly root: string;
  readonly rootText: string;
  readonly registries: Manifest["registries"];
  readonly members: readonly WorkspaceMember[];
  readonly pathPackages: readonly PathPackage[];
  readonly patches: Manifest["patches"];
}

/**
 * Every registry that a requirement names is one of the root's, or `default`.
 * @throws {VoxError} REGISTRY_UNKNOWN
 */
export function checkRegistryNames({ root, rootText, registries, members, pathPackages, patches }: RegistryUse): void {
  const names = ["default", ...registries.map(({ name }) => name)];
  const fileOf = (path: string): string => manifestFile(posix.join(root, path));
  const asks: readonly { requirements: readonly Requirement[]; file: string; text: string }[] = [
    { requirements: patches.map(({ requirement }) => requirement), file: manifestFile(root), text: rootText },
    ...members.map(({ path, manifest, text }) => ({ requirements: manifest.requirements, file: fileOf(path), text })),
    ...pathPackages.map(({ path, manifest }) => ({
      requirements: manifest.requirements.filter(({ scope }) => scope !== "dev"),
      file: fileOf(path),
      text: "",
    })),
  ];
  for (const { requirements, file, text } of asks) {
    const stray = requirements.find(({ source }) => source.kind === "registry" && !names.includes(source.registry));
    if (stray?.source.kind === "registry") throw unknownRegistry(stray, stray.source.registry, names, { file, text });
  }
}

function unknownRegistry(
  requirement: Requirement,
  registry: string,
  names: readonly string[],
  source: { file: string; text: string },
): VoxError {
  const nearest = nearestWord(registry, names);
  return new VoxError(
    "REGISTRY_UNKNOWN",
    `\`${requirement.name}\` is asked for from the registry \`${registry}\`, which is not declared`,
    {
      place: placeOf(source, [
        requirement.scope === "skill" ? "skills" : requirement.scope === "dev" ? "dev-dependencies" : "dependencies",
        requirement.name,
      ]),
      hint:
        nearest === undefined
          ? `add \`[registries.${registry}]\` with an \`index\` to the workspace's Vox.toml`
          : `did you mean \`${nearest}\`?`,
    },
  );
}

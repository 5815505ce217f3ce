import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { otherSpellings, type PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import { findSpelling } from "./find-spelling.ts";
import type { RunPorts } from "./ports.ts";
import type { ProjectRegistries } from "./project-registries.ts";

/**
 * A name belongs to whoever published it first, however it is written: `-` and `_` are one letter (contracts, §2).
 * @throws {VoxError} PUBLISH_REFUSED, NAME_AMBIGUOUS
 */
export async function refuseOtherSpelling(
  registries: ProjectRegistries,
  registry: string,
  name: PackageName,
  { signal }: Pick<RunPorts, "signal">,
): Promise<void> {
  if (otherSpellings(name).length === 0) return;
  const source = new PackageRegistry({
    name: registry,
    repositoryFor: (other) => registries.repository(registry, other, "pull"),
  });
  const published = await findSpelling(registry, name, (other) => source.versions(other, { signal }));
  if (published.name === name) return;
  throw new VoxError(
    "PUBLISH_REFUSED",
    `registry \`${registry}\` has \`${published.name}\`, and \`${name}\` is the same name`,
    {
      place: { file: MANIFEST_FILE },
      hint: `set \`name = "${published.name}"\` in [package], or choose another name`,
    },
  );
}

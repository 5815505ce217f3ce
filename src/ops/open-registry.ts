import { mapConcurrent } from "../core/concurrency.ts";
import type { PackageName } from "../core/package-name.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import { youngRelease } from "../pm/resolver/release-age.ts";
import type { ListedVersion } from "../pm/resolver/version-list.ts";
import { ageRule } from "./age-rule.ts";
import { findSpelling, type SpelledPackage } from "./find-spelling.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";

/** A registry of the project by its name, read by its tags: what is published is seen at once, whatever an index says. */
const openRegistry = ({ registries }: Pick<OpenProject, "registries">, name: string, { offline }: Pick<LockHold, "offline">) =>
  new PackageRegistry({ name, repositoryFor: (packageName) => registries.metadata(name, packageName, { offline }) });

const QUESTIONS_AT_ONCE = 8;

/** A package of a registry, however its name is written, lowest version first, with what a yank or its age forbids. */
export async function publishedVersions(
  project: Pick<OpenProject, "registries" | "workspace">,
  { registry, name }: { readonly registry: string; readonly name: PackageName },
  hold: Pick<LockHold, "offline">,
  ports: Pick<ImagePorts, "now"> & Pick<RunPorts, "signal">,
): Promise<SpelledPackage<ListedVersion>> {
  const opened = openRegistry(project, registry, hold);
  const options = { signal: ports.signal };
  const spelled = await findSpelling(registry, name, (spelling) => opened.versions(spelling, options));
  const age = ageRule(project.workspace, ports);
  if (!age) return spelled;
  const versions = await mapConcurrent(spelled.versions, QUESTIONS_AT_ONCE, async ({ version, yanked }) => {
    const young = yanked ? undefined : youngRelease(await opened.created(spelled.name, version, options), age);
    return { version, yanked, ...(young && { young }) };
  });
  return { name: spelled.name, versions };
}

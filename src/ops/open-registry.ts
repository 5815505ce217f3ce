import { PackageRegistry } from "../pm/registry/package-registry.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";

/** A registry of the project by its name, read by its tags: what is published is seen at once, whatever an index says. */
export const openRegistry = (
  { registries }: Pick<OpenProject, "registries">,
  name: string,
  { offline }: Pick<LockHold, "offline">,
) => new PackageRegistry({ name, repositoryFor: (packageName) => registries.metadata(name, packageName, { offline }) });

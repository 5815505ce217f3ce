import { isVoxError } from "../../errors/vox-error.ts";
import { openProject } from "../../ops/open-project.ts";
import { DEFAULT_REGISTRY, ProjectRegistries } from "../../ops/project-registries.ts";
import type { Runtime } from "../../runtime/create-runtime.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import { choiceOf, runtimeOf } from "./project-command.ts";

/** What a command about one registry begins with. */
export interface RegistryCommand {
  readonly ports: Runtime;
  readonly registries: ProjectRegistries;
  /** As under [registries]. */
  readonly registry: string;
}

/** The registry that `--registry` names; outside a project there is the machine's default. */
export async function openRegistryCommand(context: CommandContext): Promise<RegistryCommand> {
  const ports = runtimeOf(context);
  const registry = textOption(context.options, "registry") ?? DEFAULT_REGISTRY;
  return { ports, registries: await registriesOf(context, registry, ports), registry };
}

async function registriesOf(context: CommandContext, registry: string, ports: Runtime): Promise<ProjectRegistries> {
  try {
    return (await openProject(choiceOf(context), ports)).registries;
  } catch (error) {
    if (registry !== DEFAULT_REGISTRY || !isVoxError(error, "MANIFEST_MISSING")) throw error;
    return new ProjectRegistries([], context.cwd, ports);
  }
}

import { isVoxError } from "../../errors/vox-error.ts";
import { type IndexResult, rebuildIndex } from "../../ops/index-registry.ts";
import { openProject } from "../../ops/open-project.ts";
import { DEFAULT_REGISTRY, ProjectRegistries } from "../../ops/project-registries.ts";
import type { Runtime } from "../../runtime/create-runtime.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { choiceOf, runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, globals } = context;
  const ports = runtimeOf(context);
  const registry = textOption(options, "registry") ?? DEFAULT_REGISTRY;
  const result = await rebuildIndex(await registriesOf(context, registry, ports), registry, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(summary(result));
}

/** Outside a project there is the machine's default registry. */
async function registriesOf(context: CommandContext, registry: string, ports: Runtime): Promise<ProjectRegistries> {
  try {
    return (await openProject(choiceOf(context), ports)).registries;
  } catch (error) {
    if (registry !== DEFAULT_REGISTRY || !isVoxError(error, "MANIFEST_MISSING")) throw error;
    return new ProjectRegistries([], context.cwd, ports);
  }
}

const summary = ({ reference, packages, versions }: IndexResult): string =>
  `wrote ${reference}: ${versions} ${versions === 1 ? "version" : "versions"} of ${packages} ${packages === 1 ? "package" : "packages"}\n`;

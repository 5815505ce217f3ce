import type { CommandRegistry } from "../contracts/command-registry.ts";
import { deployTarget } from "../contracts/vox-toml-targets.ts";

/** What Vox.toml may name as a target and `vox deploy` does not take yet; none where the registry has no such command. */
export function deferredTargets({ commands }: Pick<CommandRegistry, "commands">): readonly string[] {
  const taken = commands.find(({ path }) => path === "deploy")?.options.find(({ name }) => name === "target")?.choices;
  return taken === undefined ? [] : deployTarget.options.filter((target) => target !== "auto" && !taken.includes(target));
}

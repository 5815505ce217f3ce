import type { CommandRegistry } from "../../contracts/command-registry.ts";
import { bashCompletions } from "./bash.ts";
import { completionTree } from "./completion-tree.ts";
import { fishCompletions } from "./fish.ts";
import { zshCompletions } from "./zsh.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

const RENDER = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

/** The completion script of one shell. */
export const completionScript = (shell: Shell, registry: CommandRegistry): string => RENDER[shell](completionTree(registry));

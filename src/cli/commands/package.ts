import { VoxError } from "../../errors/vox-error.ts";
import type { CommandContext } from "../command-context.ts";

export function run(context: CommandContext): Promise<void> {
  throw new VoxError("INTERNAL", `\`vox ${context.command}\` is not written yet`);
}

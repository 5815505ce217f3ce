import { clearCache } from "../../ops/look-after-cache.ts";
import { type CommandContext, isGiven } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { amount, amountText, cacheKeeperOf } from "./cache-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { globals, options } = context;
  const keeper = cacheKeeperOf(context);
  const { removed, unlinked } = await clearCache(keeper, { yes: isGiven(options, "yes") });
  for (const dir of unlinked) {
    const message = `\`${dir}/.vox_modules\` leads nowhere now`;
    context.onEvent({ kind: "warning", code: "CACHE_IN_USE", message, hint: `run \`vox --project ${dir} sync\`` });
  }
  if (globals.json) return context.stdout(jsonDocument({ dir: keeper.dir, removed: amount(removed), unlinked }));
  if (!globals.quiet) context.stderr(`removed ${amountText(removed)}\n`);
}

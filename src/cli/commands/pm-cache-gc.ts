import { parseByteSize } from "../../core/byte-size.ts";
import { parseDurationMs } from "../../core/duration.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type CollectionResult, collectCache } from "../../ops/look-after-cache.ts";
import { summariseItems } from "../../pm/cas/cache-items.ts";
import { systemClock } from "../../runtime/system-clock.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { amount, amountText, cacheKeeperOf } from "./cache-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { globals, options, signal } = context;
  const keeper = cacheKeeperOf(context);
  const dryRun = isGiven(options, "dry-run");
  const result = await collectCache(keeper, { ...limitsOf(context), dryRun, signal });
  if (globals.json) return context.stdout(jsonDocument(documentOf(keeper.dir, dryRun, result)));
  if (!globals.quiet) context.stderr(summary(dryRun, result));
}

function limitsOf({ options }: CommandContext) {
  const age = textOption(options, "max-age") ?? "30d";
  const size = textOption(options, "max-size");
  const maxAgeMs = age === "0" ? 0 : parseDurationMs(age);
  const maxBytes = size === undefined ? undefined : parseByteSize(size);
  if (maxAgeMs === undefined) throw misread("max-age", age, "`30d` or `12h`");
  if (size !== undefined && maxBytes === undefined) throw misread("max-size", size, "`5GiB` or `500MB`");
  return { nowMs: systemClock.nowMs(), maxAgeMs, ...(maxBytes === undefined ? {} : { maxBytes }) };
}

const misread = (option: string, text: string, examples: string): VoxError =>
  new VoxError("USAGE", `\`--${option}\` cannot be \`${text}\``, { hint: `write it as ${examples}` });

const documentOf = (dir: string, dryRun: boolean, { removed, kept }: CollectionResult) => ({
  dir,
  dryRun,
  removed: amount(removed),
  kept: amount(kept),
  kinds: summariseItems(removed).map(({ kind, count, sizeBytes }) => ({ kind, count, bytes: sizeBytes })),
});

const summary = (dryRun: boolean, { removed, kept }: CollectionResult): string =>
  `${dryRun ? "would remove" : "removed"} ${amountText(removed)}; kept ${amountText(kept)}\n`;

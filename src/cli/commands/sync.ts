import { counted } from "../../core/counted.ts";
import { lockPolicyFor } from "../../config/lock-mode.ts";
import { knownFindings } from "../../ops/known-standings.ts";
import type { SyncResult, SyncWish } from "../../ops/sync-project.ts";
import { syncRemembered } from "../../ops/sync-remembered.ts";
import { LINK_MODES } from "../../pm/materialize/materializer.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { lockFlags } from "./lock-flags.ts";
import { recall, warnAgain } from "./recall.ts";

export async function run(context: CommandContext): Promise<void> {
  const result = await synced(context, wishOf(context));
  if (context.globals.json) return context.stdout(jsonDocument(result));
  if (!context.globals.quiet) context.stderr(summary(result));
}

/** A lock that an earlier run found fresh, and closures that the cache holds, need no more than a look. */
async function synced(context: CommandContext, wish: SyncWish): Promise<SyncResult> {
  const hold = lockPolicyFor("sync", lockFlags(context), context.env);
  const recalled = await recall(context, "sync", wish.prod);
  const { verdict, runtime } = recalled;
  const findings = verdict && (hold.mode === "default" ? [] : await knownFindings(verdict, hold, runtime));
  if (verdict?.closures && findings && wish.verify === "quick") {
    const ports = { onEvent: context.onEvent, materializer: runtime.materializer() };
    const result = syncRemembered(verdict.closures, wish.linkMode, ports);
    if (result) {
      warnAgain(verdict, findings, context);
      return result;
    }
  }
  const { syncInFull } = await import("./sync-in-full.ts");
  return syncInFull(context, wish, recalled);
}

function wishOf({ options }: CommandContext): SyncWish {
  const linkMode = textOption(options, "link-mode");
  return {
    prod: isGiven(options, "prod"),
    linkMode: LINK_MODES.find((mode) => mode === linkMode) ?? "symlink",
    verify: textOption(options, "verify") === "full" ? "full" : "quick",
  };
}

const summary = ({ packages, fetched, linked }: SyncResult): string =>
  `.vox_modules holds ${counted(packages, "package")}: ${fetched} fetched, ${linked} linked\n`;

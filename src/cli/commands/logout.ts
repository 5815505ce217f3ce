import { logOut } from "../../ops/log-in.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { placeText } from "./login.ts";
import { runtimeOf } from "./project-command.ts";
import { hostArgument } from "./registry-host.ts";

export async function run(context: CommandContext): Promise<void> {
  const { globals } = context;
  const ports = runtimeOf(context);
  const host = hostArgument(context, ports.defaultRegistry);
  const places = await logOut(host, ports);
  if (globals.json) return context.stdout(jsonDocument({ host, removed: places }));
  const told = places.length === 0 ? "there was no login" : `what was kept ${places.map(placeText).join(" and ")} is gone`;
  if (!globals.quiet) context.stderr(`logged out of ${host}: ${told}\n`);
}

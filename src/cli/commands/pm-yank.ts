import { VoxError } from "../../errors/vox-error.ts";
import { parseAskedPackage } from "../../ops/published-name.ts";
import { yankVersion, type YankResult } from "../../ops/yank-version.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { openRegistryCommand } from "./registry-command.ts";

const MAX_REASON_LENGTH = 500;

export async function run(context: CommandContext): Promise<void> {
  const { globals, options, args } = context;
  const { name, version } = parseAskedPackage(args["NAME"] ?? "");
  if (version === undefined || version === "")
    throw new VoxError("USAGE", "one version is yanked, not a package", { hint: `name it: \`vox pm yank ${name}@VERSION\`` });
  const reason = reasonOption(textOption(options, "reason"));
  const { registries, registry, ports } = await openRegistryCommand(context);
  const request = {
    registry,
    asked: { name, version },
    yanked: !isGiven(options, "undo"),
    ...(reason !== undefined && { reason }),
  };
  const result = await yankVersion(registries, request, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(summary(result));
}

function reasonOption(reason: string | undefined): string | undefined {
  if (reason === undefined || (reason.trim() !== "" && reason.length <= MAX_REASON_LENGTH && !/\p{Cc}/u.test(reason)))
    return reason;
  throw new VoxError("USAGE", `a reason is one line of at most ${MAX_REASON_LENGTH} characters`);
}

function summary({ name, version, registry, yanked, reason, changed }: YankResult): string {
  const what = `${name}@${version} in registry ${registry}`;
  if (!changed) return `${what} was ${yanked ? "yanked" : "not yanked"} already\n`;
  return yanked ? `yanked ${what}${reason === null ? "" : `: ${reason}`}\n` : `${what} is not yanked any more\n`;
}

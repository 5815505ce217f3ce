import { syncProject, type SyncResult } from "../../ops/sync-project.ts";
import { LINK_MODES, type LinkMode } from "../../pm/materialize/materializer.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { membersOf, openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const command = await openCommand(context, "sync");
  const { options } = context;
  const result = await syncProject(
    command.project,
    {
      hold: command.hold,
      members: membersOf(command),
      prod: isGiven(options, "prod"),
      linkMode: linkMode(textOption(options, "link-mode")),
      verify: textOption(options, "verify") === "full" ? "full" : "quick",
    },
    command.ports,
  );
  if (context.globals.json) return context.stdout(jsonDocument(result));
  if (!context.globals.quiet) context.stderr(summary(result));
}

const linkMode = (name: string | undefined): LinkMode => LINK_MODES.find((mode) => mode === name) ?? "symlink";

const summary = ({ packages, fetched, linked }: SyncResult): string =>
  `.vox_modules holds ${packages} ${packages === 1 ? "package" : "packages"}: ${fetched} fetched, ${linked} linked\n`;

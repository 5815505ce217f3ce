import { chosenMember, memberDir, openProject } from "../../ops/open-project.ts";
import { rollBack, type RollbackResult } from "../../ops/roll-back.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { choiceOf, runtimeOf } from "./project-command.ts";
import { rolloutTalk } from "./print-image.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, args, globals } = context;
  const ports = runtimeOf(context);
  const choice = choiceOf(context);
  const project = await openProject(choice, ports);
  const member = chosenMember(project, choice);
  const to = textOption(options, "to");
  const result = await rollBack(
    {
      member,
      folder: memberDir(project, member),
      environment: args["ENV"] ?? "production",
      ...(to !== undefined && { to }),
      local: isGiven(options, "local"),
      dryRun: isGiven(options, "dry-run"),
      takeOver: isGiven(options, "take-over"),
    },
    ports,
  );
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr([...summary(result), ...rolloutTalk(result)].join(""));
  context.stdout(`${result.to.image}\n`);
}

function summary({ to, deployment }: RollbackResult): string[] {
  const { environment, result } = deployment;
  const what = result === "planned" ? "would go" : "went";
  return [`${environment} ${what} back to deployment ${to.sequence}: ${to.reference}\n`];
}

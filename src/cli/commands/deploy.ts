import { DEPLOY_TARGETS, deployImage, type DeployOptions } from "../../ops/deploy-image.ts";
import { chosenMember } from "../../ops/open-project.ts";
import { type CommandContext, isGiven, listOption, type OptionValues, textOption } from "../command-context.ts";
import { printImage } from "./print-image.ts";
import { signingWish } from "./signing-flags.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, args } = context;
  const { project, choice, hold, ports } = await openCommand(context, "deploy");
  const signing = signingWish(context);
  const result = await deployImage(
    project,
    {
      member: chosenMember(project, choice),
      environment: args["ENV"] ?? "production",
      hold,
      tags: listOption(options, "tag"),
      to: destination(options),
      release: hold.lane === "release",
      ...targetOption(options),
      dryRun: isGiven(options, "dry-run"),
      takeOver: isGiven(options, "take-over"),
      ...(signing && { signing }),
    },
    ports,
  );
  printImage(context, result);
}

function targetOption(options: OptionValues): Pick<DeployOptions, "target"> {
  const target = DEPLOY_TARGETS.find((known) => known === textOption(options, "target"));
  return target === undefined ? {} : { target };
}

function destination(options: OptionValues): DeployOptions["to"] {
  if (isGiven(options, "run")) return "running";
  return isGiven(options, "load") ? "engine" : "registry";
}

import { resolve } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { deployAirgap } from "../../ops/deploy-airgap.ts";
import { DEPLOY_TARGETS, deployImage, type DeployOptions } from "../../ops/deploy-image.ts";
import { chosenMember } from "../../ops/open-project.ts";
import { type CommandContext, isGiven, listOption, type OptionValues, textOption } from "../command-context.ts";
import { printImage } from "./print-image.ts";
import { signingWish } from "./signing-flags.ts";
import { openCommand, runtimeOf } from "./project-command.ts";
import { strictestHold } from "./strictest-lane.ts";
import { keysOption } from "./trust-options.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, args } = context;
  const airgap = airgapFile(context);
  if (airgap !== undefined) return runAirgap(context, airgap);
  const command = await openCommand(context, "deploy");
  const { project, choice, ports } = command;
  const member = chosenMember(project, choice);
  const hold = await strictestHold(context, "deploy", command, member);
  const signing = signingWish(context);
  const wish = {
    member,
    environment: args["ENV"] ?? "production",
    tags: listOption(options, "tag"),
    to: destination(options),
    ...targetOption(options),
    dryRun: isGiven(options, "dry-run"),
    anew: isGiven(options, "no-cache"),
    takeOver: isGiven(options, "take-over"),
  };
  const image = textOption(options, "image");
  const keys = keysOption(context);
  if (image === undefined && keys.length > 0)
    throw new VoxError("USAGE", "`--key` says who must have signed the image of `--image`", {
      hint: "run `vox deploy --sign-key FILE` to sign what is built",
    });
  const lane = hold.lane ?? "local";
  if (image !== undefined) {
    const { promoteImage } = await import("../../ops/promote-image.ts");
    return printImage(
      context,
      await promoteImage(project, { ...wish, image, keys, cwd: context.cwd, lane, offline: hold.offline }, ports),
    );
  }
  const release = lane === "release";
  printImage(context, await deployImage(project, { ...wish, hold, release, ...(signing && { signing }) }, ports));
}

/** An air-gap file needs no project. */
function airgapFile({ options, cwd }: CommandContext): string | undefined {
  const image = textOption(options, "image");
  return image?.endsWith(".tar") ? resolve(cwd, image) : undefined;
}

async function runAirgap(context: CommandContext, file: string): Promise<void> {
  const { options, args, globals } = context;
  const wish = { file, environment: args["ENV"] ?? "production", folder: globals.projectDir };
  const how = { keys: keysOption(context), dryRun: isGiven(options, "dry-run"), takeOver: isGiven(options, "take-over") };
  printImage(context, await deployAirgap({ ...wish, ...how }, runtimeOf(context)));
}

function targetOption(options: OptionValues): Pick<DeployOptions, "target"> {
  const target = DEPLOY_TARGETS.find((known) => known === textOption(options, "target"));
  return target === undefined ? {} : { target };
}

function destination(options: OptionValues): DeployOptions["to"] {
  if (isGiven(options, "run")) return "running";
  return isGiven(options, "load") ? "engine" : "registry";
}

import { resolve } from "node:path";
import { parseBooleanVariable } from "../../config/parse-variable.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { openImagePlace } from "../../ops/image-place.ts";
import { chosenMember } from "../../ops/open-project.ts";
import type { RebuildWish } from "../../ops/verify-rebuild.ts";
import { verifyImage, type VerifyImageResult } from "../../ops/verify-image.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { openCommand, type ProjectCommand, runtimeOf } from "./project-command.ts";
import { trustOptions } from "./trust-options.ts";

export async function run(context: CommandContext): Promise<number> {
  const { args, options, cwd, globals } = context;
  const image = args["IMAGE"] ?? "";
  const trust = trustOptions(context);
  const lockFile = textOption(options, "lock");
  if (trust.keys.length === 0 && trust.identity === undefined && lockFile === undefined && !isGiven(options, "reproduce"))
    throw new VoxError("USAGE", "nothing is given that the image could be held against", {
      hint: `run \`vox verify ${image} --key FILE.pub --lock vox.lock\``,
    });
  const lock = lockFile === undefined ? undefined : { path: resolve(cwd, lockFile), member: globals.packageName };
  const project = isGiven(options, "reproduce") ? await openCommand(context, "package") : undefined;
  const ports = project?.ports ?? runtimeOf(context);
  const place = await openImagePlace(image, cwd, ports);
  const rebuild = project && rebuildWish(project, textOption(options, "environment"));
  const offline = isOffline(context);
  const result = await verifyImage(place, { ...trust, offline, ...(lock && { lock }), ...(rebuild && { rebuild }) }, ports);
  printResult(context, { document: result, lines: linesOf(result) });
  return result.ok ? EXIT.ok : EXIT.failed;
}

const rebuildWish = ({ project, choice, hold }: ProjectCommand, environment = "production"): RebuildWish => ({
  project,
  member: chosenMember(project, choice),
  environment,
  hold,
});

const isOffline = ({ options, env }: CommandContext): boolean =>
  isGiven(options, "offline") || parseBooleanVariable(env, "VOX_OFFLINE");

const linesOf = ({ checks }: VerifyImageResult): readonly string[] =>
  checks.map(({ id, ok, detail, restsOn }) => `${ok ? "ok    " : "FAILED"} ${id}: ${detail} (by the ${restsOn})`);

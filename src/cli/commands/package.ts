import { resolve } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { listApplication } from "../../ops/materialize-project.ts";
import { chosenMember } from "../../ops/open-project.ts";
import { defaultOutputDir, PACKAGE_FORMATS } from "../../ops/output-dirs.ts";
import { packageImage } from "../../ops/package-image.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { printFileList } from "./file-list.ts";
import { printImage } from "./print-image.ts";
import { signingWish } from "./signing-flags.ts";
import { openCommand } from "./project-command.ts";
import { strictestHold } from "./strictest-lane.ts";

/** Formats that hold referrers. */
const SIGNED_FORMATS: ReadonlySet<string> = new Set(["oci-layout", "airgap"]);

export async function run(context: CommandContext): Promise<void> {
  const { options, globals, args } = context;
  const command = await openCommand(context, "package");
  const { project, choice, ports } = command;
  const member = chosenMember(project, choice);
  if (isGiven(options, "list")) return printFileList(context, await listApplication(project, member, ports));
  const format = PACKAGE_FORMATS.find((known) => known === textOption(options, "format")) ?? "oci-layout";
  const out = textOption(options, "out");
  const outDir = out === undefined ? defaultOutputDir(globals.projectDir, format) : resolve(context.cwd, out);
  const signing = SIGNED_FORMATS.has(format) ? signingWish(context) : undefined;
  if (!SIGNED_FORMATS.has(format) && textOption(options, "sign-key") !== undefined)
    throw new VoxError("USAGE", `a \`${format}\` has no place for signatures`, { hint: "run `vox package --sign-key FILE`" });
  const environment = args["ENV"] ?? "production";
  const hold = await strictestHold(context, "package", command, member);
  const anew = isGiven(options, "no-cache");
  const wish = { member, environment, hold, format, outDir, anew, ...(signing && { signing }) };
  printImage(context, await packageImage(project, wish, ports));
}

import { isContinuousIntegration } from "../../config/parse-variable.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { openKeySigner } from "../../ops/open-signer.ts";
import { chosenMember } from "../../ops/open-project.ts";
import type { PublishOptions } from "../../ops/prepare-publication.ts";
import { listPackage, publishMember, type PublishResult } from "../../ops/publish-package.ts";
import { publishWorkspace } from "../../ops/publish-workspace.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { printFileList } from "./file-list.ts";
import { signingWish } from "./signing-flags.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const wholeWorkspace = isGiven(context.options, "workspace");
  if (wholeWorkspace) refuseOne(context);
  const { project, choice, ports } = await openCommand(context, "edit");
  const signing = signingWish(context);
  const signer = signing?.key === undefined ? undefined : await openKeySigner(signing.key, ports);
  const publishing = { ...publishOptions(context), ...(signer && { signer }) };
  if (wholeWorkspace) {
    const packages = await publishWorkspace(project, publishing, ports);
    return print(context, { packages }, packages);
  }
  const member = chosenMember(project, choice);
  if (isGiven(context.options, "list")) return printFileList(context, await listPackage(project, member, ports));
  const result = await publishMember(project, member, publishing, ports);
  print(context, result, [result]);
}

const publishOptions = ({ options, env }: CommandContext): PublishOptions => ({
  registry: textOption(options, "registry") ?? "default",
  dryRun: isGiven(options, "dry-run"),
  allowDirty: isGiven(options, "allow-dirty"),
  builder: isContinuousIntegration(env) ? "ci" : "local",
});

function refuseOne({ globals, options }: CommandContext): void {
  const other = globals.packageName === undefined ? isGiven(options, "list") && "--list" : "--package";
  if (other === false) return;
  throw new VoxError("USAGE", `\`--workspace\` is about all members, and \`${other}\` about one`, { hint: "give one of them" });
}

function print(
  { globals, options, stdout, stderr }: CommandContext,
  document: unknown,
  results: readonly PublishResult[],
): void {
  if (globals.json) return stdout(jsonDocument(document));
  if (!globals.quiet) stderr(results.map((result) => summary(result, isGiven(options, "dry-run"))).join(""));
}

function summary({ name, version, reference, archives, published }: PublishResult, dryRun: boolean): string {
  const verb = published ? "published" : dryRun ? "would publish" : "kept";
  const lines = archives.map(({ platform, digest, size }) => `  ${platform ? `${platform} ` : ""}${digest} (${size} bytes)\n`);
  return `${verb} ${name}@${version} as ${reference}\n${lines.join("")}`;
}

import { chosenMember } from "../../ops/open-project.ts";
import { listPackage, publishMember, type PublishResult } from "../../ops/publish-package.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { printFileList } from "./file-list.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { project, choice, ports } = await openCommand(context, "edit");
  const { options, globals } = context;
  const member = chosenMember(project, choice);
  if (isGiven(options, "list")) return printFileList(context, await listPackage(project, member, ports));
  const publishing = {
    member,
    registry: textOption(options, "registry") ?? "default",
    dryRun: isGiven(options, "dry-run"),
    allowDirty: isGiven(options, "allow-dirty"),
  };
  const result = await publishMember(project, publishing, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(summary(result));
}

const summary = ({ name, version, reference, archives, published }: PublishResult): string =>
  `${published ? "published" : "would publish"} ${name}@${version} as ${reference}\n${archives
    .map(({ platform, digest, size }) => `  ${platform ? `${platform} ` : ""}${digest} (${size} bytes)\n`)
    .join("")}`;

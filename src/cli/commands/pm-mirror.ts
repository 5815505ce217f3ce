import { counted } from "../../core/counted.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { type MirrorResult, mirrorPackages, type MirrorSelection } from "../../ops/mirror-packages.ts";
import { type OpenProject, openProject } from "../../ops/open-project.ts";
import type { Runtime } from "../../runtime/create-runtime.ts";
import { formatBytes } from "../../ui/format-bytes.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { choiceOf, runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, globals, cwd } = context;
  const ports = runtimeOf(context);
  const selection = selectionOf(context);
  const to = destination(context);
  const project = await projectIfThere(context, selection, ports);
  const result = await mirrorPackages({ project, cwd, from: textOption(options, "from"), to, selection }, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  context.stdout(linesOf(result));
  if (!globals.quiet) context.stderr(summary(result));
}

function destination({ options }: CommandContext): string {
  const to = textOption(options, "to") ?? "";
  if (to !== "") return to;
  throw new VoxError("USAGE", "`vox pm mirror` needs to know where to", {
    hint: "name it with `--to oci://host/prefix`, `--to file:DIR` or `--to FILE.tar`",
  });
}

function selectionOf({ argLists, options }: CommandContext): MirrorSelection {
  const names = argLists["NAME"] ?? [];
  const all = isGiven(options, "all");
  const flags = { allVersions: isGiven(options, "all-versions"), withDependencies: isGiven(options, "with-dependencies") };
  if (all && names.length > 0) throw new VoxError("USAGE", "`--all` stands for every package, and names some");
  if (names.length > 0) return { kind: "named", names, ...flags };
  if (flags.allVersions || flags.withDependencies)
    throw new VoxError("USAGE", "`--all-versions` and `--with-dependencies` need names of packages", {
      hint: "run `vox pm mirror NAME --to LOCATION`, or name none for what vox.lock holds",
    });
  return { kind: all ? "all" : "lock" };
}

/** Only the lock's packages need a project; its registries may be named where there is one. */
async function projectIfThere(
  context: CommandContext,
  selection: MirrorSelection,
  ports: Runtime,
): Promise<OpenProject | undefined> {
  try {
    return await openProject(choiceOf(context), ports);
  } catch (error) {
    if (selection.kind === "lock" || !isVoxError(error, "MANIFEST_MISSING")) throw error;
    return undefined;
  }
}

const linesOf = ({ packages }: MirrorResult): string =>
  packages
    .map(({ name, version, copied, referrers, yanked }) => {
      const notes = [...(referrers > 0 ? [`${referrers} attached`] : []), ...(yanked ? ["yanked"] : [])];
      return `${copied ? "copied " : "present"} ${name}@${version}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}\n`;
    })
    .join("");

const summary = ({ to, packages, transfer }: MirrorResult): string =>
  `${to} holds ${counted(packages.length, "version")}: ` +
  `${packages.filter(({ copied }) => copied).length} copied, ${formatBytes(transfer.bytes)} sent, ${transfer.mounted} mounted\n`;

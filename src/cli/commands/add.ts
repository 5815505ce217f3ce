import { resolve } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import {
  addDependencies,
  type AddedSource,
  type AddRequest,
  type AddResult,
  parseAddedName,
} from "../../ops/add-dependencies.ts";
import type { DependencyTableName } from "../../pm/manifest/edit-manifest.ts";
import { type CommandContext, isGiven, type OptionValues, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { lockDocument, lockSummary } from "./lock-summary.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const request = addRequest(context);
  const command = await openCommand(context, "edit");
  const result = await addDependencies(command, request, command.ports);
  if (context.globals.json) return context.stdout(jsonDocument({ ...lockDocument(result), added: addedDocument(result) }));
  if (!context.globals.quiet) context.stderr(`${addedLines(result).join("")}${lockSummary(lockDocument(result))}`);
}

/** @throws {VoxError} USAGE for options that contradict each other; NAME_INVALID, VERSION_INVALID */
function addRequest({ argLists, options, globals }: CommandContext): AddRequest {
  const packages = (argLists["NAME"] ?? []).map(parseAddedName);
  const table = tableOption(options) ?? "dependencies";
  const source = addedSource(options, globals.projectDir);
  const features =
    textOption(options, "features")
      ?.split(",")
      .map((feature) => feature.trim())
      .filter((feature) => feature !== "") ?? [];
  const request: AddRequest = {
    packages,
    table,
    source,
    features,
    defaultFeatures: !isGiven(options, "no-default-features"),
    optional: isGiven(options, "optional"),
  };
  if (request.optional && table === "dev-dependencies")
    throw usage("a dev-dependency is never optional", "leave `--optional` out");
  const isForOne = source.kind === "path" || source.kind === "git" || features.length > 0;
  if (isForOne && packages.length > 1)
    throw usage("`--path`, `--git` and `--features` are for one package", "run `vox add` once for each");
  if (source.kind === "git" && packages.some(({ range }) => range !== undefined))
    throw usage("a git dependency has no version requirement", "name the commit with `--tag`, `--branch` or `--rev`");
  return request;
}

/** The table that `--dev` or `--skill` names. */
export function tableOption(options: OptionValues): DependencyTableName | undefined {
  const [dev, skill] = [isGiven(options, "dev"), isGiven(options, "skill")];
  if (dev && skill) throw usage("`--dev` and `--skill` name two tables", "leave one of them out");
  if (dev) return "dev-dependencies";
  return skill ? "skills" : undefined;
}

function addedSource(options: OptionValues, folder: string): AddedSource {
  const [registry, path, url] = [textOption(options, "registry"), textOption(options, "path"), textOption(options, "git")];
  const refs = (["branch", "tag", "rev"] as const).flatMap((kind) => {
    const name = textOption(options, kind);
    return name === undefined ? [] : [{ kind, name }];
  });
  if ([registry, path, url].filter((value) => value !== undefined).length > 1)
    throw usage("`--registry`, `--path` and `--git` name several sources", "leave all but one of them out");
  if (refs.length > 1) throw usage("`--branch`, `--tag` and `--rev` name several commits", "leave all but one of them out");
  const [ref] = refs;
  if (ref && url === undefined)
    throw usage(`\`--${ref.kind}\` needs \`--git\``, `add \`--git URL\`, or leave \`--${ref.kind}\` out`);
  if (path !== undefined) return { kind: "path", dir: resolve(folder, path) };
  if (url !== undefined) return { kind: "git", url, ...(ref ? { ref } : {}) };
  return registry === undefined ? { kind: "any" } : { kind: "registry", registry };
}

const usage = (message: string, hint: string): VoxError => new VoxError("USAGE", message, { hint });

const addedDocument = ({ added }: AddResult) =>
  added.map(({ name, table, change }) => ({
    name,
    table,
    ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
  }));

const addedLines = ({ added }: AddResult): string[] =>
  added.map(({ name, table, change }) => {
    const { version, path, git, workspace } = change;
    const source = version ?? path ?? git ?? (workspace ? "as the workspace has it" : "as it is there");
    return `[${table}] ${name} ${String(source)}\n`;
  });

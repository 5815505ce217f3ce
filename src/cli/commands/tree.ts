import { VoxError } from "../../errors/vox-error.ts";
import type { TreeBranch } from "../../pm/lockfile/dependency-tree.ts";
import { showTree, type ShownTree } from "../../ops/show-tree.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { membersOf, openCommand } from "./project-command.ts";
import { treeLines, type TextBranch } from "./tree-text.ts";

export async function run(context: CommandContext): Promise<void> {
  const command = await openCommand(context, "edit");
  const { options } = context;
  const format = textOption(options, "sbom");
  if (format === "spdx" || format === "cyclonedx") return (await import("./tree-sbom.ts")).printSbom(context, command, format);
  const [depth, invert] = [depthOption(textOption(options, "depth")), textOption(options, "invert")];
  const tree = await showTree(
    command.project,
    {
      members: membersOf(command),
      prod: isGiven(options, "prod"),
      ...(depth === undefined ? {} : { depth }),
      ...(invert === undefined ? {} : { invert }),
    },
    command.ports,
  );
  const key = invert === undefined ? "dependencies" : "dependents";
  const trunks = tree.trunks.map((branch) => branchDocument(tree, branch, key));
  const [only] = trunks;
  printResult(context, {
    document: trunks.length === 1 && only ? only : { name: "(workspace)", version: null, [key]: trunks },
    lines: tree.trunks.flatMap((branch, index) => [...(index === 0 ? [] : [""]), ...treeLines(textBranch(tree, branch))]),
  });
}

function depthOption(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,6}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new VoxError("USAGE", `\`--depth ${text}\` is not a number`, { hint: "run `vox tree --depth 1`" });
}

function branchDocument(tree: ShownTree, { node, scope, repeated, branches }: TreeBranch, key: string): object {
  return {
    name: node.name,
    version: tree.versionOf(node) ?? null,
    ...(scope === "normal" ? {} : { scope }),
    ...(repeated ? { repeated } : {}),
    [key]: branches.map((branch) => branchDocument(tree, branch, key)),
  };
}

function textBranch(tree: ShownTree, { node, scope, repeated, branches }: TreeBranch): TextBranch {
  const folder = folderOf(node);
  const facts = [
    node.name,
    tree.versionOf(node),
    folder === undefined || folder === "." ? undefined : `(${folder})`,
    scope === "normal" ? undefined : `[${scope}]`,
    repeated ? "(*)" : undefined,
  ];
  return {
    text: facts.filter((fact) => fact !== undefined).join(" "),
    branches: branches.map((branch) => textBranch(tree, branch)),
  };
}

function folderOf(node: TreeBranch["node"]): string | undefined {
  if (node.kind === "project") return node.path;
  return node.source.kind === "path" ? node.source.path : undefined;
}

import { type DeploymentList, type EnvironmentHistory, listDeployments } from "../../ops/list-deployments.ts";
import { chosenMember, openProject } from "../../ops/open-project.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { textTable } from "../text-table.ts";
import { choiceOf, runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const ports = runtimeOf(context);
  const choice = choiceOf(context);
  const { manifest } = chosenMember(await openProject(choice, ports), choice);
  const list = await listDeployments(manifest, context.args["ENV"], ports);
  printResult(context, { document: list, lines: linesOf(list) });
}

const linesOf = ({ environments }: DeploymentList): string[] => environments.flatMap(environmentLines);

function environmentLines({ environment, history, deployments, forks, tag }: EnvironmentHistory): string[] {
  if (deployments.length === 0) return [`${environment}: nothing in ${history}`, ...tagLines(environment, tag, undefined)];
  const rows = deployments.map((entry) => [
    entry.current ? "*" : " ",
    String(entry.sequence),
    entry.result,
    entry.at,
    entry.actor,
    entry.target,
    entry.image.slice(0, "sha256:".length + 12),
    entry.cause,
  ]);
  const current = deployments.find((entry) => entry.current);
  return [
    `${environment} in ${history}`,
    ...textTable(rows),
    ...forks.map(({ records }) => `  fork: ${records.length} records follow one; people deployed at once`),
    ...tagLines(environment, tag, current?.image),
  ];
}

/** The tag is for people; that it names something else than was recorded is worth a line. */
function tagLines(environment: string, tag: string | null, current: string | undefined): string[] {
  if (tag === null || tag === current) return [];
  return [`  the tag ${environment} names ${tag}, which is not the last deployment`];
}

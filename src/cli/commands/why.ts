import { explainLock, type LockExplanation } from "../../ops/explain-lock.ts";
import { formatSource } from "../../pm/lockfile/render-lock.ts";
import type { Ask } from "../../pm/lockfile/why-locked.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { namedMembers, openCommand } from "./project-command.ts";
import { askedOf, whyLines } from "./why-text.ts";

export async function run(context: CommandContext): Promise<void> {
  const command = await openCommand(context, "edit");
  const wish = { name: context.args["NAME"] ?? "", members: namedMembers(command) };
  const found = await explainLock(command.project, wish, command.ports);
  printResult(context, {
    document: { packages: found.map(whyDocument) },
    lines: found.flatMap((one, index) => [...(index === 0 ? [] : [""]), ...whyLines(one)]),
  });
}

function whyDocument(found: LockExplanation) {
  const { why, patch, versionOf } = found;
  const { node, reasons, asks, features, ceiling } = why;
  const askDocument = ({ owner, requirement, target, because }: Ask) => ({
    by: { name: owner.name, version: versionOf(owner) ?? null, member: owner.kind === "project" },
    requires: {
      name: target.name,
      version: versionOf(target) ?? null,
      asked: askedOf(requirement),
      scope: requirement.scope,
      features: requirement.features,
      defaultFeatures: requirement.defaultFeatures,
    },
    because,
  });
  return {
    name: node.name,
    version: versionOf(node) ?? null,
    source: node.kind === "project" ? `path+${node.path}` : formatSource(node.source),
    member: node.kind === "project",
    reasons: reasons.map((way) => way.map(askDocument)),
    askedBy: asks.map(askDocument),
    features,
    patch: patch ?? null,
    ceiling: ceiling
      ? { version: ceiling.version, admitted: ceiling.admitted, by: ceiling.asks.map(({ owner }) => owner.name) }
      : null,
  };
}

import { portabilityFindings, portabilityLines } from "../../ci/portability.ts";
import { findingsDocument } from "../../ci/formats/format-findings.ts";
import { passes } from "../../ci/finding.ts";
import { type Lane, laneFrom, lockPolicyFor } from "../../config/lock-mode.ts";
import { parseBooleanVariable } from "../../config/parse-variable.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import { checkPortability, type PortabilityOptions, type PortabilityProject } from "../../ops/check-portability.ts";
import { openImagePlace } from "../../ops/image-place.ts";
import { INVARIANTS } from "../../policy/portability/invariant.ts";
import type { InvariantReport } from "../../policy/portability/report.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument, printResult } from "../output.ts";
import { lockFlags } from "./lock-flags.ts";
import { findingFormat, printFindings } from "./print-findings.ts";
import { membersOf, openCommand, runtimeOf } from "./project-command.ts";
import { strictestLane } from "./strictest-lane.ts";
import { trustOptions } from "./trust-options.ts";

/** `vox ci portability`. */
export async function run(context: CommandContext): Promise<number> {
  if (isGiven(context.options, "list")) return printList(context);
  findingFormat(context);
  const trust = trustOptions(context);
  const about = await projectOf(context);
  const ports = runtimeOf(context);
  const lane = await strictestLane(laneFrom(lockFlags(context).lane, context.env), about?.members ?? [], ports);
  const offline = isGiven(context.options, "offline") || parseBooleanVariable(context.env, "VOX_OFFLINE");
  const reference = context.args["IMAGE"];
  const image = reference === undefined ? undefined : await openImagePlace(reference, context.cwd, ports);
  const mode = lockPolicyFor("deploy", { lane }, context.env).mode;
  const options = { lane, offline, trust, ...(about && { about: { ...about, mode } }), ...(image && { image }) };
  return print(context, options, await checkPortability(options, ports));
}

/** None where one stands in no project: then there is an image to judge, or the complaint is the answer. */
async function projectOf(context: CommandContext): Promise<Omit<PortabilityProject, "mode"> | undefined> {
  try {
    const command = await openCommand(context, "deploy");
    const members = membersOf(command).filter(({ manifest }) => manifest.deploy?.container !== undefined);
    const all = members.length > 0 ? members : membersOf(command);
    return { project: command.project, members: all, environment: textOption(context.options, "environment") ?? "production" };
  } catch (error) {
    if (isVoxError(error, "MANIFEST_MISSING") && context.args["IMAGE"] !== undefined) return undefined;
    throw error;
  }
}

function print(context: CommandContext, { lane }: PortabilityOptions, reports: readonly InvariantReport[]): number {
  const findings = portabilityFindings(reports);
  const format = findingFormat(context);
  if (format === "text") context.stdout(`${portabilityLines(reports, lane).join("\n")}\n`);
  else if (format === "json")
    context.stdout(jsonDocument({ ...findingsDocument(findings), lane, invariants: reports.map(documentOf) }));
  else return printFindings(context, INVARIANTS, findings);
  return passes(findings) ? EXIT.ok : EXIT.failed;
}

const documentOf = ({ id, severity, verdicts, keptByVox }: InvariantReport) => ({
  id,
  severity,
  status: keptByVox ? "kept" : ((verdicts.find(({ kind }) => kind !== "held") ?? verdicts[0])?.kind ?? "not-judged"),
  details: verdicts.map(({ detail }) => detail),
});

function printList(context: CommandContext): number {
  const invariants = INVARIANTS.map(({ id, statement, lanes }) => ({ id, statement, lanes }));
  const words = (lanes: Readonly<Record<Lane, string>>) => `${lanes.local}, ${lanes.ci}, ${lanes.release}`;
  printResult(context, {
    document: { invariants },
    lines: invariants.map(({ id, statement, lanes }) => `${id}  ${statement} (${words(lanes)})`),
  });
  return EXIT.ok;
}

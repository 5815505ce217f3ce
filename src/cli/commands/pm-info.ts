import type { MetadataDependency } from "../../contracts/package-metadata.ts";
import { printableText } from "../../core/printable-text.ts";
import { describePackage, type DescribedVersion, type PackageDescription } from "../../ops/describe-package.ts";
import { parseAskedPackage } from "../../ops/published-name.ts";
import { formatBytes } from "../../ui/format-bytes.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { openRegistryCommand } from "./registry-command.ts";

/** People see so many versions; `--json` has them all. */
const SHOWN_VERSIONS = 20;

export async function run(context: CommandContext): Promise<void> {
  const asked = parseAskedPackage(context.args["NAME"] ?? "");
  const { registries, registry, ports } = await openRegistryCommand(context);
  const description = await describePackage(registries, { registry, asked }, ports);
  printResult(context, { document: documentOf(description), lines: linesOf(description) });
}

function documentOf({ registry, reference, release, state, versions, attached }: PackageDescription): object {
  const { metadata, facts = {} } = release;
  return {
    name: release.name,
    version: release.version,
    registry,
    reference,
    yanked: state.yanked,
    reason: state.reason ?? null,
    kind: release.kind,
    description: facts.description ?? null,
    license: facts.license ?? null,
    repository: facts.source ?? null,
    revision: facts.revision ?? null,
    created: facts.created ?? null,
    manifest: release.root.digest,
    archives: archivesOf(release),
    platforms: metadata.platforms,
    features: metadata.features,
    dependencies: metadata.dependencies,
    skills: metadata.skills,
    attached: attached ?? null,
    versions: versions.map(({ version, yanked, reason }) => ({ version, yanked, reason: reason ?? null })),
  };
}

function archivesOf({ archives }: PackageDescription["release"]) {
  const listed = archives.kind === "neutral" ? [archives.archive] : archives.archives;
  return listed.map(({ digest, diffId, size, ...rest }) => ({
    ...("platform" in rest ? { platform: rest.platform } : {}),
    digest,
    diffId,
    size,
  }));
}

function linesOf(description: PackageDescription): readonly string[] {
  const { release, state, reference, versions, attached } = description;
  const { metadata, facts = {} } = release;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["registry", [reference]],
    ["kind", [release.kind]],
    ["license", lines(facts.license)],
    ["repository", lines(facts.source)],
    ["published", lines(facts.created)],
    ["revision", lines(facts.revision)],
    ["platforms", [metadata.platforms.join(", ") || "any"]],
    ["manifest", [release.root.digest]],
    ["archive", archivesOf(release).map(archiveText)],
    ["features", featureLines(metadata.features)],
    [
      "requires",
      [...metadata.dependencies.map(dependencyText), ...metadata.skills.map((skill) => `${dependencyText(skill)} [skill]`)],
    ],
    ["attached", attached ? attachedLines(attached) : ["the registry does not tell"]],
    ["versions", versionLines(versions)],
  ];
  return [
    `${release.name} ${stateText(state)}`,
    ...lines(facts.description),
    "",
    ...rows.flatMap(([title, texts]) => texts.map((text, index) => `${(index === 0 ? title : "").padEnd(12)}${text}`)),
  ];
}

/** A publisher's text on one line; none when there is none. */
const lines = (text: string | undefined): readonly string[] => (text === undefined ? [] : [printableText(text)]);

const stateText = ({ version, yanked, reason }: DescribedVersion): string =>
  yanked ? `${version} (yanked${reason === undefined ? "" : `: ${printableText(reason)}`})` : version;

const archiveText = ({ digest, size, platform }: ReturnType<typeof archivesOf>[number]): string =>
  `${platform === undefined ? "" : `${platform} `}${digest}, ${formatBytes(size)}`;

const featureLines = (features: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  Object.entries(features).map(([name, items]) => printableText(items.length === 0 ? name : `${name} = ${items.join(", ")}`));

function dependencyText({ name, requirement, optional, features, defaultFeatures }: MetadataDependency): string {
  const notes = [
    ...(optional ? ["optional"] : []),
    ...(defaultFeatures ? [] : ["no default features"]),
    ...features.map((feature) => `+${feature}`),
  ];
  return printableText(`${name} ${requirement}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`);
}

const attachedLines = (attached: NonNullable<PackageDescription["attached"]>): readonly string[] =>
  attached.length === 0
    ? ["nothing"]
    : attached.map(({ artifactType, predicateType, digest }) => printableText(`${predicateType ?? artifactType} ${digest}`));

function versionLines(versions: readonly DescribedVersion[]): readonly string[] {
  const more = versions.length - SHOWN_VERSIONS;
  return [
    ...versions.slice(0, SHOWN_VERSIONS).map(stateText),
    ...(more > 0 ? [`and ${more} more, which \`--json\` lists`] : []),
  ];
}

import { printableText } from "../../core/printable-text.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { searchPackages, type SearchResult } from "../../ops/search-packages.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { openRegistryCommand } from "./registry-command.ts";

const DESCRIPTION_COLUMNS = 60;

export async function run(context: CommandContext): Promise<void> {
  const text = context.args["TEXT"] ?? "";
  const limit = limitOption(textOption(context.options, "limit") ?? "");
  const { registries, registry, ports } = await openRegistryCommand(context);
  const result = await searchPackages(registries, { registry, text, limit }, ports);
  printResult(context, { document: documentOf(result), lines: linesOf(result) });
  if (!context.globals.json && !context.globals.quiet) context.stderr(summary(result, text));
}

function limitOption(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new VoxError("USAGE", `\`--limit ${text}\` is not a number from 1`, { hint: "run `vox pm search TEXT --limit 20`" });
}

const documentOf = ({ registry, source, packages, total }: SearchResult): object => ({
  registry,
  source,
  packages: packages.map(({ name, version, kind, yanked, description, match }) => ({
    name,
    version,
    kind,
    yanked,
    description: description ?? null,
    match,
  })),
  total,
});

function linesOf({ packages }: SearchResult): readonly string[] {
  const rows = packages.map(({ name, version, yanked, description }) => [
    name,
    version,
    `${yanked ? "(yanked) " : ""}${clipped(printableText(description ?? ""))}`,
  ]);
  const [names, versions] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(([name = "", version = "", rest = ""]) =>
    `${name.padEnd(names ?? 0)}  ${version.padEnd(versions ?? 0)}  ${rest}`.trimEnd(),
  );
}

const clipped = (text: string): string =>
  text.length <= DESCRIPTION_COLUMNS ? text : `${text.slice(0, DESCRIPTION_COLUMNS - 1).trimEnd()}…`;

function summary({ registry, source, packages, total }: SearchResult, text: string): string {
  const more = total - packages.length;
  if (total === 0) return `registry ${registry} has nothing that matches \`${text}\`\n`;
  const told = more > 0 ? `${more} more match; \`--limit ${total}\` lists them\n` : "";
  return source === "list" ? `${told}registry ${registry} has no index, so that its list of packages was searched\n` : told;
}

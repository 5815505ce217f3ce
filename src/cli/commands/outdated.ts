import { counted } from "../../core/counted.ts";
import { findOutdated, type BaseImageNews, type News, type PackageNews } from "../../ops/find-outdated.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { textTable } from "../text-table.ts";
import { shown } from "./lock-summary.ts";
import { namedMembers, openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const command = await openCommand(context, "edit");
  const wish = { members: namedMembers(command), hold: command.hold };
  const news = await findOutdated(command.project, wish, command.ports);
  printResult(context, {
    document: {
      packages: news.packages.map((one) => ({
        ...one,
        admitted: one.admitted ?? null,
        highest: one.highest ?? null,
        outdated: isOutdated(one),
      })),
      baseImages: news.baseImages.map((one) => ({ ...one, now: one.now ?? null, outdated: hasMoved(one) })),
    },
    lines: newsLines(news),
  });
}

const isOutdated = ({ locked, admitted, highest }: PackageNews): boolean =>
  [admitted, highest].some((version) => version !== undefined && version !== locked);

const hasMoved = ({ locked, now }: BaseImageNews): boolean => now !== undefined && now !== locked;

function newsLines({ packages, baseImages }: News): string[] {
  const behind = packages.filter(isOutdated);
  const moved = baseImages.filter(hasMoved);
  if (behind.length === 0 && moved.length === 0)
    return [`nothing is newer than vox.lock: ${counted(packages.length, "package")}`];
  return [
    ...(behind.length === 0 ? [] : packageLines(behind)),
    ...(behind.length > 0 && moved.length > 0 ? [""] : []),
    ...moved.map(({ reference, locked, now }) => `base image ${reference}: ${shown(locked)} → ${shown(now)}`),
    ...(moved.length === 0 ? [] : ["`vox update --base-images` takes what the tags name now"]),
  ];
}

function packageLines(behind: readonly PackageNews[]): string[] {
  const admits = behind.some(({ locked, admitted }) => admitted !== undefined && admitted !== locked);
  const beyond = behind.some(({ admitted, highest }) => highest !== undefined && highest !== admitted);
  return [
    ...textTable([
      ["package", "locked", "admitted", "highest"],
      ...behind.map(({ name, locked, admitted, highest }) => [name, locked, admitted ?? "none", highest ?? "none"]),
    ]),
    ...(admits ? ["`vox update` takes what the ranges admit"] : []),
    ...(beyond ? ["`vox add NAME@RANGE` asks for more than they admit; `vox why NAME` tells who sets the limit"] : []),
  ];
}

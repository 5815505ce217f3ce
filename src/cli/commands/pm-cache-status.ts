import { type CacheStatus, cacheStatus } from "../../ops/look-after-cache.ts";
import { rfc3339 } from "../../runtime/date-time.ts";
import { formatBytes } from "../../ui/format-bytes.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { textTable } from "../text-table.ts";
import { cacheKeeperOf } from "./cache-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const keeper = cacheKeeperOf(context);
  const status = await cacheStatus(keeper);
  printResult(context, { document: documentOf(keeper.dir, status), lines: linesOf(keeper.dir, status) });
}

const documentOf = (dir: string, { sizeBytes, kinds, projects }: CacheStatus) => ({
  dir,
  bytes: sizeBytes,
  kinds: kinds.map(({ kind, count, sizeBytes: bytes, oldestUseMs, newestUseMs }) => ({
    kind,
    count,
    bytes,
    oldestUse: oldestUseMs === undefined ? null : rfc3339(oldestUseMs),
    newestUse: newestUseMs === undefined ? null : rfc3339(newestUseMs),
  })),
  projects,
});

const linesOf = (dir: string, { sizeBytes, kinds, projects }: CacheStatus): string[] => [
  `${dir}: ${formatBytes(sizeBytes)}`,
  ...textTable([
    ["kind", "count", "size", "oldest use", "newest use"],
    ...kinds.map(({ kind, count, sizeBytes: bytes, oldestUseMs, newestUseMs }) => [
      kind,
      String(count),
      formatBytes(bytes),
      day(oldestUseMs),
      day(newestUseMs),
    ]),
  ]),
  ...projects.map((project) => `${project}/.vox_modules is a link into it`),
];

const day = (timeMs: number | undefined): string => (timeMs === undefined ? "" : rfc3339(timeMs).slice(0, 10));

import { counted } from "../../core/counted.ts";
import type { CacheItem } from "../../pm/cas/cache-items.ts";
import { totalBytes } from "../../pm/cas/cache-items.ts";
import type { CacheKeeper } from "../../pm/cas/cache-keeper.ts";
import { createCacheKeeper } from "../../runtime/create-cache-keeper.ts";
import { formatBytes } from "../../ui/format-bytes.ts";
import type { CommandContext } from "../command-context.ts";

export const cacheKeeperOf = ({ env }: CommandContext): CacheKeeper => createCacheKeeper(env);

export const amount = (items: readonly CacheItem[]) => ({ count: items.length, bytes: totalBytes(items) });

export const amountText = (items: readonly CacheItem[]): string =>
  `${counted(items.length, "item")}, ${formatBytes(totalBytes(items))}`;

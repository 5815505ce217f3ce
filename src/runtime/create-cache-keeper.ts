import { homedir } from "node:os";
import type { Environment } from "../config/environment-variables.ts";
import { resolvePaths } from "../config/paths.ts";
import type { CacheKeeper } from "../pm/cas/cache-keeper.ts";
import { FsCacheKeeper } from "../pm/cas/fs-cache-keeper.ts";

/** @throws {VoxError} CONFIG_INVALID */
export const createCacheKeeper = (env: Environment): CacheKeeper => new FsCacheKeeper(resolvePaths(env, homedir()).cacheDir);

import { posix } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import type { Environment } from "./environment-variables.ts";

/** The machine's folders that vox keeps things in; all absolute. */
export interface VoxPaths {
  readonly cacheDir: string;
  readonly dataDir: string;
  readonly configDir: string;
}

/**
 * Where vox keeps its cache, data and configuration: its own variable, else the XDG base, else a folder under `home`.
 * @throws {VoxError} CONFIG_INVALID when a variable of vox names a relative folder
 */
export const resolvePaths = (env: Environment, home: string): VoxPaths => ({
  cacheDir: ownFolder(env, "VOX_CACHE_DIR") ?? under(env["XDG_CACHE_HOME"], home, ".cache"),
  dataDir: ownFolder(env, "VOX_DATA_DIR") ?? under(env["XDG_DATA_HOME"], home, ".local/share"),
  configDir: ownFolder(env, "VOX_CONFIG_DIR") ?? under(env["XDG_CONFIG_HOME"], home, ".config"),
});

function ownFolder(env: Environment, name: string): string | undefined {
  const folder = env[name] ?? "";
  if (folder === "") return undefined;
  if (posix.isAbsolute(folder)) return posix.resolve("/", folder);
  throw new VoxError("CONFIG_INVALID", `\`${name}\` is \`${folder}\`, which is not an absolute path`, {
    hint: `set ${name} to an absolute path, or unset it`,
  });
}

/** The XDG specification says that a relative base is to be ignored. */
const under = (base: string | undefined, home: string, fallback: string): string =>
  posix.join(base !== undefined && posix.isAbsolute(base) ? base : posix.join(home, fallback), "vox");

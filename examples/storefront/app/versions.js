import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MODULES = fileURLToPath(new URL("./.vox_modules/", import.meta.url));
const VERSION = /^version = "(.+)"$/m;

/** The version that each package states in its own Vox.toml. */
export function packageVersions() {
  const manifests = readdirSync(MODULES)
    .sort()
    .map((name) => [name, `${MODULES}${name}/Vox.toml`])
    .filter(([, path]) => existsSync(path));
  return Object.fromEntries(manifests.map(([name, path]) => [name, VERSION.exec(readFileSync(path, "utf8"))?.[1]]));
}

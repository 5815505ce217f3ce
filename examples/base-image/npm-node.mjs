// Node's own builds for other machines and versions, as npm carries them: the packages `node-<os>-<cpu>`.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar";

const npm = (args, cwd) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 });

function unpackOne(name, version, folder) {
  const packed = JSON.parse(npm(["pack", `${name}@${version}`, "--json", "--pack-destination", folder], folder));
  const { filename, version: exact } = packed[0];
  const archive = join(folder, filename.replace("/", "-"));
  extract({ file: archive, cwd: folder, sync: true, filter: (path) => path === "package/bin/node" });
  rmSync(archive);
  writeFileSync(join(folder, "version"), exact);
}

/**
 * A Node binary from npm, kept in `cache` once it was fetched.
 * @param {{ name: string, version: string, cache: string }} what `version` is exact or a major such as "22"
 * @returns {{ binary: string, version: string }}
 */
export function npmNode({ name, version, cache }) {
  const folder = join(cache, `${name}-${version}`);
  if (!existsSync(join(folder, "version"))) {
    mkdirSync(cache, { recursive: true });
    const scratch = mkdtempSync(join(cache, ".fetch-"));
    try {
      unpackOne(name, version, scratch);
      rmSync(folder, { recursive: true, force: true });
      renameSync(scratch, folder);
    } catch (error) {
      rmSync(scratch, { recursive: true, force: true });
      // Two processes may fetch the same version; the one that comes second finds it there.
      if (!existsSync(join(folder, "version"))) throw error;
    }
  }
  return { binary: join(folder, "package/bin/node"), version: readFileSync(join(folder, "version"), "utf8") };
}

// The packages of a workspace's packages/ folder, each after those of them that it asks for, as its Vox.toml says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";

/** @param {string} workspace its folder */
export function publishOrder(workspace) {
  const manifests = readdirSync(join(workspace, "packages")).map((folder) =>
    parse(readFileSync(join(workspace, "packages", folder, "Vox.toml"), "utf8")),
  );
  const byName = new Map(manifests.map((manifest) => [manifest.package.name, manifest]));
  const ordered = new Set();
  const visit = (name) => {
    const asked = Object.keys(byName.get(name)?.dependencies ?? {});
    for (const each of asked.filter((other) => byName.has(other))) visit(each);
    ordered.add(name);
  };
  for (const name of [...byName.keys()].sort((a, b) => (a < b ? -1 : 1))) visit(name);
  return [...ordered];
}

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { PackageGraph } from "./graph.ts";

/** The same graph as a cargo local registry: an index in the git layout and a `.crate` file for each version. */
export async function writeCargoRegistry(dir: string, graph: PackageGraph): Promise<void> {
  const crate = gzipSync(Buffer.alloc(1024));
  const cksum = createHash("sha256").update(crate).digest("hex");
  for (const [name, versions] of graph.packages) {
    const folder = join(dir, "index", name.slice(0, 2), name.slice(2, 4));
    await mkdir(folder, { recursive: true });
    const lines = versions.map(({ version, asks }) =>
      JSON.stringify({
        name,
        vers: version,
        deps: Object.entries(asks).map(([dependency, range]) => ({
          name: dependency,
          req: range,
          features: [],
          optional: false,
          default_features: true,
          target: null,
          kind: "normal",
        })),
        cksum,
        features: {},
        yanked: false,
      }),
    );
    await writeFile(join(folder, name), `${lines.join("\n")}\n`);
    for (const { version } of versions) await writeFile(join(dir, `${name}-${version}.crate`), crate);
  }
}

/** A crate that asks what the application asks, and looks for it in that registry alone. */
export async function writeCargoProject(dir: string, registry: string, graph: PackageGraph): Promise<void> {
  await mkdir(join(dir, ".cargo"), { recursive: true });
  await mkdir(join(dir, "src"), { recursive: true });
  const source = `[source.crates-io]\nreplace-with = "local"\n\n[source.local]\nlocal-registry = "${registry}"\n`;
  await writeFile(join(dir, ".cargo/config.toml"), source);
  await writeFile(join(dir, "src/main.rs"), "fn main() {}\n");
  const asks = Object.entries(graph.roots).map(([name, range]) => `${name} = "${range}"`);
  const manifest = `[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\n${asks.join("\n")}\n`;
  await writeFile(join(dir, "Cargo.toml"), manifest);
}

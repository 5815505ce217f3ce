import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filePackages } from "./file-packages.ts";
import { pushBase, publishTo } from "./image-world.ts";
const host = "127.0.0.1:5055";
const folder = "/dev/shm/w"; const prefix = "scratch";
const { packages, roots } = filePackages(60, 20);
await mkdir(join(folder, "project"), { recursive: true });
await pushBase(host, folder, `${prefix}/node`);
for (const pack of packages) await publishTo(host, `${prefix}/packages`, pack);
const asks = Object.entries(roots).map(([name, range]) => `${name} = "${range}"\n`);
await writeFile(join(folder, "project/Vox.toml"), `[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n[registries.default]\nindex = "oci://${host}/${prefix}/packages"\n` +
    `[dependencies]\n${asks.join("")}[deploy.container]\nimage_name = "app"\nbase_image = "${host}/${prefix}/node:bench"\n` +
    `registry = "${host}/${prefix}/apps"\nplatforms = ["linux/amd64", "linux/arm64"]\ncmd = ["node", "server.js"]\n`);
await writeFile(join(folder, "project/server.js"), "console.log(0)\n");

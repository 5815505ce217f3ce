import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";
import type { FilePackage } from "./file-packages.ts";

/** npm's registry on loopback: as much of it as installing takes. */
export interface NpmRegistry {
  readonly url: string;
  close(): Promise<void>;
}

interface Tarball {
  readonly pack: FilePackage;
  readonly bytes: Buffer;
  readonly integrity: string;
}

/** Serves packages as npm's tarballs: the same files, with a `package.json` beside. */
export async function startNpmRegistry(packages: readonly FilePackage[]): Promise<NpmRegistry> {
  const tarballs = new Map<string, Tarball>();
  for (const pack of packages) tarballs.set(pack.name, await tarballOf(pack));
  const server = createServer((request, response) => {
    const [name = "", dash] = (request.url ?? "/").slice(1).split("/");
    const tarball = tarballs.get(decodeURIComponent(name));
    if (!tarball) return void response.writeHead(404, { "content-type": "application/json" }).end("{}");
    if (dash === "-") return void response.writeHead(200, { "content-type": "application/octet-stream" }).end(tarball.bytes);
    const text = JSON.stringify(packument(tarball, `http://${request.headers.host ?? ""}`));
    response.writeHead(200, { "content-type": "application/json" }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const RELEASED = "2024-01-01T00:00:00.000Z";

function packument({ pack, bytes, integrity }: Tarball, origin: string) {
  const { name, version, asks } = pack;
  const shasum = createHash("sha1").update(bytes).digest("hex");
  const dist = { tarball: `${origin}/${name}/-/${name}-${version}.tgz`, integrity, shasum };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { name, version, dependencies: asks, dist } },
    time: { created: RELEASED, modified: RELEASED, [version]: RELEASED },
  };
}

async function tarballOf(pack: FilePackage): Promise<Tarball> {
  const folder = await mkdtemp(join(tmpdir(), "vox-bench-tarball-"));
  try {
    const manifest = JSON.stringify({ name: pack.name, version: pack.version, dependencies: pack.asks });
    for (const [path, text] of Object.entries({ ...pack.files, "package.json": manifest })) {
      await mkdir(dirname(join(folder, "package", path)), { recursive: true });
      await writeFile(join(folder, "package", path), text);
    }
    await create({ cwd: folder, gzip: true, portable: true, file: join(folder, "package.tgz") }, ["package"]);
    const bytes = await readFile(join(folder, "package.tgz"));
    return { pack, bytes, integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

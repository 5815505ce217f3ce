import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compressLayer } from "../../src/archive/compress.ts";
import { FsBlobDirectory } from "../../src/oci/fs-blob-directory.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { writeBaseImage } from "./shell-base.ts";

/** A tar of a minimal Debian, made once by debootstrap and kept in the services' folder; `undefined` after telling why there is none. */
export function debianTar(): string | undefined {
  const folder = join(process.env["VOX_SERVICES_DIR"] ?? join(tmpdir(), "vox-services"), "debian");
  const tar = join(folder, "bookworm.tar");
  if (existsSync(tar)) return tar;
  const root = join(folder, "root");
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(root, { recursive: true, force: true });
    execFileSync("debootstrap", ["--variant=minbase", "bookworm", root], { stdio: "ignore", timeout: 400_000 });
    execFileSync("tar", ["-C", root, "--exclude=./var/cache/apt/archives/*.deb", "-cf", `${tar}.part`, "."], {
      stdio: "ignore",
    });
    renameSync(`${tar}.part`, tar);
    return tar;
  } catch (error) {
    console.warn(
      `left out: what needs a Debian base (${String(error).split("\n", 1)[0]}; it takes root, debootstrap and a mirror)`,
    );
    return undefined;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** That Debian as a base in an image layout, under the tag `base`. */
export async function writeDebianBase(dir: string, tar: string): Promise<void> {
  const made = compressLayer(createReadStream(tar), "gzip");
  await new FsBlobDirectory(dir).ingest(made.stream);
  const { diffId, digest, size } = made.result();
  await writeBaseImage(dir, [
    {
      architecture: "amd64",
      diffId,
      layer: { mediaType: MEDIA_TYPE.layerTarGzip, digest, size },
      config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
    },
  ]);
}

import { existsSync, readFileSync } from "node:fs";
import { writeCanonicalTar } from "../../src/archive/canonical-tar.ts";
import { compressLayer } from "../../src/archive/compress.ts";
import { directoryEntry, fileEntry, fileOfBytes, linkEntry, type TarEntry } from "../../src/archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../src/archive/tar-tree.ts";
import { collectBytes, streamOf } from "../../src/core/byte-stream.ts";
import { type Digest, digestOf } from "../../src/core/digest.ts";
import { parsePlatform, platformParts, type Platform } from "../../src/core/platform.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { leaveOut } from "./services.ts";

const BUSYBOX = "/bin/busybox";
const APPLETS = ["cat", "chmod", "env", "id", "ls", "mkdir", "rm", "sleep", "test", "touch", "true"];
/** In an ELF header, the machine that the program is for; 183 is AArch64. */
const ELF_MACHINE_AT = 18;
const AARCH64 = 183;

/** Whether Debian's static busybox is here, which shells of test bases are made of. */
export const hasBusybox = (): boolean => existsSync(BUSYBOX) || leaveOut("busybox", `${BUSYBOX} is missing`) === true;

export interface ShellBase {
  /** Scripts and files by their path from the root, executable. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** By default `linux/amd64` alone. A foreign platform's shell is one that this machine cannot run. */
  readonly platforms?: readonly Platform[];
  /** Laid over the config's `config`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Without one nothing can be run. */
  readonly shell?: boolean;
}

/** A package manager that installs notes: `apk add --no-cache NAME…` writes `/usr/share/installed/NAME`. */
export const APK = {
  "sbin/apk":
    '#!/bin/sh\nset -eu\n[ "$1 $2" = "add --no-cache" ]\nshift 2\nmkdir -p /usr/share/installed\nfor name; do echo "apk $name" > "/usr/share/installed/$name"; done\n',
};

/** The same for `apt-get update` and `apt-get install -y --no-install-recommends NAME…`. */
export const APT = {
  "usr/bin/apt-get":
    '#!/bin/sh\nset -eu\ncase "$1" in\nupdate) mkdir -p /var/lib/apt/lists; echo list > /var/lib/apt/lists/list ;;\nclean) ;;\ninstall)\n  [ "$2 $3" = "-y --no-install-recommends" ]\n  [ "$DEBIAN_FRONTEND" = noninteractive ]\n  [ -s /var/lib/apt/lists/list ]\n  shift 3\n  mkdir -p /usr/share/installed\n  for name; do echo "apt $name" > "/usr/share/installed/$name"; done ;;\nesac\n',
};

/** Writes a small base with a real shell into an image layout under the tag `base`. */
export async function writeShellBase(dir: string, base: ShellBase = {}): Promise<void> {
  const layout = new FsLayoutStore(dir);
  const platforms: BasePlatform[] = [];
  for (const platform of base.platforms ?? [parsePlatform("linux/amd64")]) {
    const made = compressLayer(writeCanonicalTar(shellEntries(platform, base)), "gzip");
    const bytes = await collectBytes(made.stream, { maxBytes: Infinity, what: "a base layer" });
    const { diffId, digest, size } = made.result();
    const layer = { mediaType: MEDIA_TYPE.layerTarGzip, digest, size };
    await layout.push(layer, streamOf(bytes));
    const { architecture } = platformParts(platform);
    const config = { Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes"], ...base.config };
    platforms.push({ architecture, diffId, layer, config });
  }
  await writeBaseImage(dir, platforms);
}

/** One platform of a base, whose layer the layout holds. */
export interface BasePlatform {
  readonly architecture: string;
  readonly diffId: Digest;
  readonly layer: Descriptor;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Writes a base's documents into its layout, under the tag `base`. */
export async function writeBaseImage(dir: string, platforms: readonly BasePlatform[]): Promise<void> {
  const layout = new FsLayoutStore(dir);
  const json = async (value: unknown, mediaType: string): Promise<Descriptor> => {
    const bytes = Buffer.from(JSON.stringify(value));
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
    await layout.push(descriptor, streamOf(bytes));
    return descriptor;
  };
  const created = "2024-05-06T07:08:09Z";
  const manifests: Descriptor[] = [];
  for (const { architecture, diffId, layer, config: run } of platforms) {
    const facts = { architecture, os: "linux", created, config: run, rootfs: { type: "layers", diff_ids: [diffId] } };
    const config = await json({ ...facts, history: [{ created, created_by: "shell base" }] }, MEDIA_TYPE.imageConfig);
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.imageManifest, config, layers: [layer] };
    manifests.push({ ...(await json(manifest, MEDIA_TYPE.imageManifest)), platform: { architecture, os: "linux" } });
  }
  const index = await json({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }, MEDIA_TYPE.imageIndex);
  await layout.tag(index, "base");
}

function shellEntries(platform: Platform, { scripts = {}, shell = true }: ShellBase): readonly TarEntry[] {
  const executable = (path: string, bytes: Uint8Array): TarEntry =>
    fileEntry(path, { ...fileOfBytes(path, bytes), executable: true });
  const entries = [
    directoryEntry("tmp/"),
    fileEntry("etc/passwd", fileOfBytes("etc/passwd", Buffer.from("root:x:0:0:root:/:/bin/sh\nsomeone:x:7:7::/:/bin/sh\n"))),
    fileEntry("etc/group", fileOfBytes("etc/group", Buffer.from("root:x:0:\nsomeone:x:7:\n"))),
    ...(shell ? [executable("bin/busybox", shellFor(platform)), linkEntry("bin/sh", "busybox")] : []),
    ...(shell ? APPLETS.map((name) => linkEntry(`bin/${name}`, "busybox")) : []),
    ...Object.entries(scripts).map(([path, text]) => executable(path, Buffer.from(text))),
  ];
  return inArchiveOrder(withParents(entries, { above: "" }));
}

function shellFor(platform: Platform): Uint8Array {
  const program = readFileSync(BUSYBOX);
  if (platformParts(platform).architecture === "arm64") program.writeUInt16LE(AARCH64, ELF_MACHINE_AT);
  return program;
}

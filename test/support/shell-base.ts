import { existsSync, readFileSync } from "node:fs";
import { writeCanonicalTar } from "../../src/archive/canonical-tar.ts";
import { compressLayer } from "../../src/archive/compress.ts";
import { directoryEntry, fileEntry, fileOfBytes, linkEntry, type TarEntry } from "../../src/archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../src/archive/tar-tree.ts";
import { collectBytes, streamOf } from "../../src/core/byte-stream.ts";
import { parsePlatform, platformParts, type Platform } from "../../src/core/platform.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
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

/** Writes a small base with a real shell into an image layout under the tag `base`; the platforms' manifests in their order. */
export async function writeShellBase(dir: string, base: ShellBase = {}): Promise<readonly Descriptor[]> {
  const layout = new FsLayoutStore(dir);
  const memory = new MemoryStore();
  const put = async (bytes: Uint8Array, mediaType: string): Promise<Descriptor> => {
    const descriptor = memory.add(bytes, mediaType);
    await layout.push(descriptor, streamOf(bytes));
    return descriptor;
  };
  const json = (value: unknown, mediaType: string) => put(Buffer.from(JSON.stringify(value)), mediaType);
  const manifests: Descriptor[] = [];
  for (const platform of base.platforms ?? [parsePlatform("linux/amd64")]) {
    const made = compressLayer(writeCanonicalTar(shellEntries(platform, base)), "gzip");
    const layer = await put(
      await collectBytes(made.stream, { maxBytes: Infinity, what: "a base layer" }),
      MEDIA_TYPE.layerTarGzip,
    );
    const config = await json(
      {
        ...platformParts(platform),
        created: "2024-05-06T07:08:09Z",
        config: { Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes"], ...base.config },
        rootfs: { type: "layers", diff_ids: [made.result().diffId] },
        history: [{ created: "2024-05-06T07:08:09Z", created_by: "shell base" }],
      },
      MEDIA_TYPE.imageConfig,
    );
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.imageManifest, config, layers: [layer] };
    manifests.push({ ...(await json(manifest, MEDIA_TYPE.imageManifest)), platform: platformParts(platform) });
  }
  const index = await json({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }, MEDIA_TYPE.imageIndex);
  await layout.tag(index, "base");
  return manifests;
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

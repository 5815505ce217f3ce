import { deflateRawSync, gzipSync } from "node:zlib";
import { streamOf } from "../../src/core/byte-stream.ts";
import { digestOf } from "../../src/core/digest.ts";
import { parsePackageName } from "../../src/core/package-name.ts";
import type { Repository } from "../../src/oci/content-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { descriptorOf } from "../../src/oci/parse-descriptor.ts";
import { packageArtifact } from "../../src/pm/registry/package-artifact.ts";
import { testMetadata } from "./published-package.ts";
import { rawMember, type RawMember, rawTar } from "../unit/archive/tampered-tar.ts";

/** One archive that breaks one rule of contracts §4. */
export interface HostileArchive {
  readonly rule: string;
  readonly blob: Buffer;
  /** Of the tar inside, as far as there is one. */
  readonly tar: Buffer;
  readonly code: string;
}

const DEMO = "opt/vox/modules/demo/";
const MANIFEST = '[package]\nname = "demo"\nversion = "1.0.0"\n';
const folders: readonly RawMember[] = ["opt/vox/", "opt/vox/modules/", DEMO].map((path) => ({ path }));
const at = (path: string, rest: Partial<RawMember> = {}): RawMember => ({ path: DEMO + path, ...rest });
const toml = at("Vox.toml", { content: MANIFEST });
const good: readonly RawMember[] = [...folders, toml];
const field = (fields: RawMember["fields"]): RawMember => at("a", fields ? { fields } : {});
const pax = (...paths: readonly string[]): Buffer =>
  rawMember({
    path: "PaxHeader",
    type: "x",
    content: paths.map((path) => `${Buffer.byteLength(path) + 9} path=${path}\n`).join(""),
  });
const paxPath = { path: "PaxPath" };

export const goodTar = rawTar(good);

const TARS: readonly (readonly [string, Buffer, string?])[] = [
  ["nothing at all", Buffer.alloc(0)],
  ["an archive that breaks off", goodTar.subarray(0, 2048)],
  ["a byte after the archive's end", Buffer.concat([goodTar, Buffer.alloc(1)])],
  ["more zero blocks than two", rawTar(good, Buffer.alloc(10_240))],
  ["a member twice", rawTar([...good, toml])],
  ["a directory twice", rawTar([...folders, at(""), toml])],
  ["another order", rawTar([...good, at("b"), at("a")])],
  ["an empty directory", rawTar([...good, at("a/")])],
  ["a directory that is no member", rawTar([...good, at("a/b")])],
  ["a PAX path and another in the header", rawTar([...good, pax(`${DEMO}é`), at("evil")])],
  ["a PAX header that is not needed", rawTar([...good, pax(`${DEMO}a`), paxPath])],
  ["two PAX paths", rawTar([...good, pax(`${DEMO}è`, `${DEMO}é`), paxPath])],
  ["a global PAX header", rawTar([{ path: "g", type: "g", content: "30 mtime=1\n" }, ...good])],
  ["a GNU long name", rawTar([...good, { path: "././@LongLink", type: "L", content: "x" }])],
  ["mode 0600", rawTar([...good, field({ mode: "0000600\0" })])],
  ["set-user-id", rawTar([...good, field({ mode: "0004755\0" })])],
  ["a time", rawTar([...good, field({ mtime: "14000000000\0" })])],
  ["a uid", rawTar([...good, field({ uid: "0001750\0" })])],
  ["a gid", rawTar([...good, field({ gid: "0001750\0" })])],
  ["a user's name", rawTar([...good, field({ uname: "root" })])],
  ["a wrong checksum", rawTar([...good, field({ checksum: "000000\0 " })])],
  [
    "a symbolic link",
    rawTar([...good, at("a", { type: "2", fields: { linkname: "../../../../etc/passwd", mode: "0000777\0" } })]),
  ],
  ["a hard link", rawTar([...good, at("a", { type: "1", fields: { linkname: "/etc/passwd" } })])],
  ["a character device", rawTar([...good, at("a", { type: "3" })])],
  ["a block device", rawTar([...good, at("a", { type: "4" })])],
  ["a fifo", rawTar([...good, at("a", { type: "6" })])],
  ["files of another package", rawTar([...good, { path: "opt/vox/modules/evil/" }, { path: "opt/vox/modules/evil/a" }])],
  ["an absolute path", rawTar([...good, { path: "/etc/passwd" }]), "ARCHIVE_PATH"],
  ["a path that climbs", rawTar([...good, at("../../../../../evil")]), "ARCHIVE_PATH"],
  ["a backslash", rawTar([...good, at("a\\b")]), "ARCHIVE_PATH"],
  ["a drive letter", rawTar([...good, at("c:")]), "ARCHIVE_PATH"],
  ["a control character", rawTar([...good, pax(`${DEMO}a\u0007`), paxPath]), "ARCHIVE_PATH"],
  ["a reserved name", rawTar([...good, at("nul.txt")]), "ARCHIVE_PATH"],
  ["a trailing dot", rawTar([...good, at("a.")]), "ARCHIVE_PATH"],
  ["`.git`", rawTar([...folders, at(".git/"), at(".git/config"), toml]), "ARCHIVE_PATH"],
  ["names that differ in case alone", rawTar([...folders, at("README"), toml, at("readme")]), "ARCHIVE_PATH"],
  ["a name that is not NFC", rawTar([...good, pax(`${DEMO}e\u0301`), paxPath]), "ARCHIVE_PATH"],
  ["a file and a directory of one name", rawTar([...good, at("a"), at("a/"), at("a/b")]), "ARCHIVE_PATH"],
  ["no manifest", rawTar([...folders, at("a", { content: "x" })])],
  ["a manifest that is no TOML", rawTar([...folders, at("Vox.toml", { content: "[" })])],
  ["another package's manifest", rawTar([...folders, at("Vox.toml", { content: MANIFEST.replace("demo", "evil") })])],
  ["another version's manifest", rawTar([...folders, at("Vox.toml", { content: MANIFEST.replace("1.0.0", "1.0.1") })])],
  [
    "a manifest that asks for more than was published",
    rawTar([...folders, at("Vox.toml", { content: `${MANIFEST}[dependencies]\nevil = "1"\n` })]),
    "ARCHIVE_METADATA_MISMATCH",
  ],
  [
    "machine code in a package for every platform",
    rawTar([...good, at("a", { content: "\u007fELF\u0002\u0001" })]),
    "PLATFORM_UNDECLARED",
  ],
];

const gzip = gzipSync(goodTar);

/** The header's flags, time and name, before the same content. */
function gzipWith(flags: number, time: number, name = ""): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]);
  header.writeUInt32LE(time, 4);
  return Buffer.concat([header, Buffer.from(name), deflateRawSync(goodTar), gzip.subarray(-8)]);
}

const changed = (bytes: Buffer, position: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[position] = (copy[position] ?? 0) ^ 1;
  return copy;
};

/** Zeros until the reader has had enough. */
const bomb = (): Buffer => {
  const start = rawTar([...good, at("bomb", { fields: { size: "77777777777\0" } })], Buffer.alloc(0));
  return gzipSync(Buffer.concat([start, Buffer.alloc(513 * 2 ** 20)]), { level: 1 });
};

const BLOBS: readonly (readonly [string, () => Buffer, string?])[] = [
  ["no gzip", () => goodTar],
  ["a second gzip member", () => Buffer.concat([gzip, gzipSync("")])],
  ["a byte after the gzip member", () => Buffer.concat([gzip, Buffer.of(0)])],
  ["a name in the gzip header", () => gzipWith(8, 0, "evil\0")],
  ["a time in the gzip header", () => gzipWith(0, 1)],
  ["gzip that breaks off", () => gzip.subarray(0, -20)],
  ["a wrong gzip checksum", () => changed(gzip, gzip.length - 8)],
  ["damaged gzip content", () => changed(gzip, 40)],
  ["a bomb", bomb, "ARCHIVE_TOO_LARGE"],
];

/** Made when a test asks, for some are large. */
export const HOSTILE_ARCHIVES: readonly (Pick<HostileArchive, "rule" | "code"> & { make(): HostileArchive })[] = [
  ...TARS.map(([rule, tar, code = "ARCHIVE_INVALID"]) => ({
    rule,
    code,
    make: () => ({ rule, code, tar, blob: gzipSync(tar) }),
  })),
  ...BLOBS.map(([rule, blob, code = "ARCHIVE_INVALID"]) => ({
    rule,
    code,
    make: () => ({ rule, code, tar: goodTar, blob: blob() }),
  })),
];

/** Changes to the documents of a release, before everything that names them is named after them. */
export interface Tampering {
  readonly layer?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly configDescriptor?: Readonly<Record<string, unknown>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** What the tar is said to hash to. */
  readonly diffId?: string;
  /** Left out of the registry. */
  readonly withoutBlob?: boolean;
}

const TYPE = "application/vnd.oci.image.layer.v1.tar+gzip" as const;
const IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Puts `demo` 1.0.0 into a repository as it is, whatever vox would say of it. */
export async function publishHostile(
  repository: Repository,
  { tar, blob }: Pick<HostileArchive, "tar" | "blob">,
  tampering: Tampering = {},
): Promise<Descriptor> {
  const archive = { mediaType: TYPE, digest: digestOf(blob), size: blob.byteLength, diffId: digestOf(tar) };
  const metadata = testMetadata(parsePackageName("demo"), "1.0.0", []);
  const artifact = packageArtifact({ metadata, archives: { kind: "neutral", blob: archive }, facts: {} });
  const [config, manifest] = artifact.documents.map(({ bytes }): Record<string, unknown> =>
    JSON.parse(Buffer.from(bytes).toString()),
  );
  const push = async (bytes: Uint8Array, mediaType: string): Promise<Descriptor> => {
    const descriptor = descriptorOf(bytes, mediaType);
    await repository.push(descriptor, streamOf(bytes));
    return descriptor;
  };
  if (!tampering.withoutBlob && blob.byteLength > 0) await push(blob, TYPE);
  const configBytes = Buffer.from(
    JSON.stringify({
      ...config,
      ...(tampering.diffId !== undefined && { rootfs: { type: "layers", diff_ids: [tampering.diffId] } }),
      ...tampering.config,
    }),
  );
  const configDescriptor = await push(configBytes, "application/vnd.oci.image.config.v1+json");
  const layer = { mediaType: TYPE, digest: archive.digest, size: archive.size, ...tampering.layer };
  const manifestBytes = Buffer.from(
    JSON.stringify({
      ...manifest,
      config: { ...configDescriptor, data: configBytes.toString("base64"), ...tampering.configDescriptor },
      layers: [layer],
      ...tampering.manifest,
    }),
  );
  const root = await push(manifestBytes, IMAGE_MANIFEST);
  await repository.tag(root, "1.0.0");
  return root;
}

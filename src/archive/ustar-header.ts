import { VoxError } from "../errors/vox-error.ts";
import type { TarMember } from "./tar-entry.ts";

/** A tar is made of blocks of this many bytes. */
export const BLOCK_BYTES = 512;

/** The largest size that eleven octal digits hold: one byte less than 8 GiB. */
export const MAX_FILE_BYTES = 0o77777777777;

/** Names that stand in a header where the real one is in the PAX member before it (contracts, §4). */
const PAX_NAME = { header: "PaxHeader", path: "PaxPath", link: "PaxLink" } as const;

/** Where each field of a POSIX ustar header begins, and how many bytes it has. */
export const FIELD = {
  name: { at: 0, bytes: 100 },
  mode: { at: 100, bytes: 8 },
  uid: { at: 108, bytes: 8 },
  gid: { at: 116, bytes: 8 },
  size: { at: 124, bytes: 12 },
  mtime: { at: 136, bytes: 12 },
  checksum: { at: 148, bytes: 8 },
  typeflag: { at: 156, bytes: 1 },
  linkname: { at: 157, bytes: 100 },
  magic: { at: 257, bytes: 8 },
  uname: { at: 265, bytes: 32 },
  gname: { at: 297, bytes: 32 },
  devmajor: { at: 329, bytes: 8 },
  devminor: { at: 337, bytes: 8 },
  prefix: { at: 345, bytes: 155 },
  padding: { at: 500, bytes: 12 },
} as const;

export type FieldName = keyof typeof FIELD;

const TYPEFLAG = { file: "0", symlink: "2", directory: "5", pax: "x" } as const;
const MAX_ID = 0o7777777;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** The fields of one block; what is not named is NUL. */
interface HeaderFields {
  readonly name: string;
  readonly prefix: string;
  readonly linkname: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly typeflag: string;
}

/**
 * The blocks that stand before a member's content: its header, after a PAX member where ustar cannot say it (contracts, §4).
 * @throws {VoxError} ARCHIVE_PATH when the file is too large
 */
export function encodeHeader(member: TarMember): Uint8Array {
  const place = ustarPlace(member.path);
  const records = paxRecords(member, place === undefined);
  const header = encodeBlock({ ...memberFields(member), ...(place ?? { name: PAX_NAME.path, prefix: "" }) });
  return records.length === 0 ? header : Buffer.concat([encodePaxMember(Buffer.from(records.join(""))), header]);
}

/** Splits a path into ustar's two fields; `undefined` when only PAX can hold it. */
function ustarPlace(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!PRINTABLE_ASCII.test(path)) return undefined;
  if (path.length <= FIELD.name.bytes) return { name: path, prefix: "" };
  const slash = path.lastIndexOf("/", Math.min(FIELD.prefix.bytes, path.length - 2));
  const name = path.slice(slash + 1);
  return slash > 0 && name.length <= FIELD.name.bytes ? { name, prefix: path.slice(0, slash) } : undefined;
}

function memberFields(member: TarMember): Omit<HeaderFields, "name" | "prefix"> {
  const { uid, gid } = member.owner;
  const common = { linkname: "", sizeBytes: 0, uid: uid > MAX_ID ? 0 : uid, gid: gid > MAX_ID ? 0 : gid };
  switch (member.kind) {
    case "file":
      if (member.sizeBytes > MAX_FILE_BYTES) throw new VoxError("ARCHIVE_PATH", `\`${member.path}\` is over 8 GiB`);
      return { ...common, mode: member.executable ? 0o755 : 0o644, sizeBytes: member.sizeBytes, typeflag: TYPEFLAG.file };
    case "directory":
      return { ...common, mode: member.mode ?? 0o755, typeflag: TYPEFLAG.directory };
    case "symlink":
      return {
        ...common,
        mode: 0o777,
        linkname: fitsLink(member.target) ? member.target : PAX_NAME.link,
        typeflag: TYPEFLAG.symlink,
      };
  }
}

const fitsLink = (target: string): boolean => PRINTABLE_ASCII.test(target) && target.length <= FIELD.linkname.bytes;

/** A package's members need `path` alone; links and owners of the application layer may need the others. Sorted by key. */
function paxRecords(member: TarMember, needsPath: boolean): readonly string[] {
  return [
    ...(member.owner.gid > MAX_ID ? [paxRecord("gid", String(member.owner.gid))] : []),
    ...(member.kind === "symlink" && !fitsLink(member.target) ? [paxRecord("linkpath", member.target)] : []),
    ...(needsPath ? [paxRecord("path", member.path)] : []),
    ...(member.owner.uid > MAX_ID ? [paxRecord("uid", String(member.owner.uid))] : []),
  ];
}

/** `LEN key=value\n`, where LEN counts the whole record in bytes, its own digits too (POSIX pax, "Extended Header"). */
export function paxRecord(key: string, value: string): string {
  const restBytes = Buffer.byteLength(` ${key}=${value}\n`);
  let lengthBytes = restBytes + String(restBytes).length;
  if (restBytes + String(lengthBytes).length !== lengthBytes) lengthBytes += 1;
  return `${lengthBytes} ${key}=${value}\n`;
}

function encodePaxMember(body: Uint8Array): Uint8Array {
  const fields = { name: PAX_NAME.header, prefix: "", linkname: "", mode: 0o644, uid: 0, gid: 0 };
  const header = encodeBlock({ ...fields, sizeBytes: body.byteLength, typeflag: TYPEFLAG.pax });
  return Buffer.concat([header, body, new Uint8Array(paddingBytes(body.byteLength))]);
}

function encodeBlock(fields: HeaderFields): Uint8Array {
  // Out of Node's pool, which small files' headers would otherwise fill memory beside.
  const block = Buffer.allocUnsafe(BLOCK_BYTES).fill(0);
  const write = (field: FieldName, text: string): void => void block.write(text, FIELD[field].at, "latin1");
  write("name", fields.name);
  write("mode", octal(fields.mode, 7));
  write("uid", octal(fields.uid, 7));
  write("gid", octal(fields.gid, 7));
  write("size", octal(fields.sizeBytes, 11));
  write("mtime", octal(0, 11));
  write("checksum", " ".repeat(FIELD.checksum.bytes));
  write("typeflag", fields.typeflag);
  write("linkname", fields.linkname);
  write("magic", "ustar\0" + "00");
  write("devmajor", octal(0, 7));
  write("devminor", octal(0, 7));
  write("prefix", fields.prefix);
  write("checksum", `${octal(sumOf(block), 6)}\0 `);
  return block;
}

/** The digits alone: the NUL after them is there already. */
const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

function sumOf(block: Uint8Array): number {
  let sum = 0;
  for (const byte of block) sum += byte;
  return sum;
}

/** How many zero bytes fill the last block of so much content. */
export const paddingBytes = (sizeBytes: number): number => (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

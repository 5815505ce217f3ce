import { VoxError } from "../errors/vox-error.ts";
import type { Owner, TarMember } from "./tar-entry.ts";
import { BLOCK_BYTES, encodeHeader, FIELD, type FieldName } from "./ustar-header.ts";

/** No path is longer than Linux can open, so no PAX member of ours is larger. */
const MAX_PAX_BYTES = 16 * 1024;

const KIND_OF_TYPEFLAG: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "3": "a character device",
  "4": "a block device",
  "6": "a fifo",
  "7": "a contiguous file",
  g: "a global PAX header",
  x: "a second PAX header",
  L: "a GNU long name",
  K: "a GNU long link",
  S: "a sparse file",
};

/** What a block says before it is known whether it says so canonically. */
export type BlockKind =
  { readonly kind: "zero" } | { readonly kind: "pax"; readonly sizeBytes: number } | { readonly kind: "member" };

/** @throws {VoxError} ARCHIVE_INVALID */
export function blockKind(block: Uint8Array): BlockKind {
  if (block.every((byte) => byte === 0)) return { kind: "zero" };
  if (text(block, "typeflag") !== "x") return { kind: "member" };
  const sizeBytes = number(block, "size");
  if (sizeBytes > MAX_PAX_BYTES) throw invalid(`a PAX header has ${sizeBytes} bytes`);
  return { kind: "pax", sizeBytes };
}

/** A member's blocks as read: its header, and the PAX member before it when there was one. */
export interface RawHeader {
  readonly block: Uint8Array;
  readonly pax?: { readonly block: Uint8Array; readonly body: Uint8Array; readonly padding: Uint8Array };
}

/**
 * The member that these blocks are the one encoding of. What it decodes to is encoded again and compared, so that
 * nothing in a header can differ from the rules unseen (contracts, §4).
 * @throws {VoxError} ARCHIVE_INVALID
 */
export function decodeHeader(raw: RawHeader): TarMember {
  const member = slashChecked(looseMember(raw.block, raw.pax ? paxValues(raw.pax.body) : new Map()));
  const expected = encodeHeader(member);
  const actual = raw.pax ? Buffer.concat([raw.pax.block, raw.pax.body, raw.pax.padding, raw.block]) : raw.block;
  if (!Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength).equals(actual))
    throw notCanonical(member, expected, raw);
  return member;
}

/**
 * What a member's blocks say, however they say it: for tars that no rule of ours made.
 * @throws {VoxError} ARCHIVE_INVALID for a kind of member that no image of ours holds
 */
export const decodeLoosely = (raw: RawHeader): TarMember =>
  slashChecked(looseMember(raw.block, raw.pax ? paxValues(raw.pax.body) : new Map()));

function looseMember(block: Uint8Array, pax: ReadonlyMap<string, string>): TarMember {
  const prefix = text(block, "prefix");
  const path = pax.get("path") ?? (prefix === "" ? text(block, "name") : `${prefix}/${text(block, "name")}`);
  const owner: Owner = { uid: idOf(block, "uid", pax), gid: idOf(block, "gid", pax) };
  const typeflag = text(block, "typeflag");
  switch (typeflag) {
    case "0":
      return { kind: "file", path, executable: (number(block, "mode") & 0o111) !== 0, sizeBytes: number(block, "size"), owner };
    case "5":
      return { kind: "directory", path, owner };
    case "2":
      return { kind: "symlink", path, target: pax.get("linkpath") ?? text(block, "linkname"), owner };
    default:
      throw invalid(`\`${path}\` is ${KIND_OF_TYPEFLAG[typeflag] ?? `a member of type \`${typeflag}\``}`);
  }
}

function slashChecked(member: TarMember): TarMember {
  if (member.path.endsWith("/") === (member.kind === "directory")) return member;
  throw invalid(`\`${member.path}\` is not how a ${member.kind} is written`);
}

const idOf = (block: Uint8Array, field: "uid" | "gid", pax: ReadonlyMap<string, string>): number =>
  Number(pax.get(field) ?? number(block, field));

function paxValues(body: Uint8Array): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < body.byteLength;) {
    const space = body.indexOf(0x20, at);
    const sizeBytes = space < 0 ? NaN : Number(utf8(body.subarray(at, space)));
    if (!Number.isInteger(sizeBytes) || sizeBytes <= space - at || at + sizeBytes > body.byteLength) {
      throw invalid("a PAX record's length is wrong");
    }
    const [key = "", ...rest] = utf8(body.subarray(space + 1, at + sizeBytes - 1)).split("=");
    values.set(key, rest.join("="));
    at += sizeBytes;
  }
  return values;
}

const FIELD_NAMES: readonly FieldName[] = [
  "mode",
  "uid",
  "gid",
  "size",
  "mtime",
  "typeflag",
  "linkname",
  "magic",
  "uname",
  "gname",
];

/** Names the first field that is not as the rules want it, since `not canonical` alone would help nobody. */
function notCanonical(member: TarMember, expected: Uint8Array, raw: RawHeader): VoxError {
  const wanted = expected.subarray(-BLOCK_BYTES);
  const differs = (field: FieldName): boolean => {
    const { at, bytes } = FIELD[field];
    return !Buffer.from(wanted.subarray(at, at + bytes)).equals(raw.block.subarray(at, at + bytes));
  };
  if (expected.byteLength > BLOCK_BYTES !== (raw.pax !== undefined)) {
    return invalid(`\`${member.path}\` ${raw.pax ? "has a PAX header that it does not need" : "lacks a PAX header"}`);
  }
  const field = FIELD_NAMES.find(differs);
  return invalid(`the header of \`${member.path}\` is not canonical${field ? `: \`${field}\`` : ""}`);
}

/** A field up to its first NUL. */
function text(block: Uint8Array, field: FieldName): string {
  const { at, bytes } = FIELD[field];
  const end = block.indexOf(0, at);
  return utf8(block.subarray(at, end < 0 ? at + bytes : Math.min(end, at + bytes)));
}

function number(block: Uint8Array, field: FieldName): number {
  const { at, bytes } = FIELD[field];
  const [digits = ""] = Buffer.from(block.buffer, block.byteOffset + at, bytes)
    .toString("latin1")
    .split("\0", 1);
  if (/^[0-7]{1,11}$/.test(digits)) return Number.parseInt(digits, 8);
  throw invalid(`a header's \`${field}\` is not octal digits`);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw invalid("a header is not UTF-8", cause);
  }
}

const invalid = (message: string, cause?: unknown): VoxError => new VoxError("ARCHIVE_INVALID", message, { cause });

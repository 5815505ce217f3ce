import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlockReader } from "./block-reader.ts";
import { BLOCK_BYTES, FIELD, type FieldName, paddingBytes } from "./ustar-header.ts";

/** What a tar that somebody else made says of a member. */
export interface ForeignMember {
  readonly kind: "directory" | "symlink" | "other";
  /** As it is written: perhaps with `./` before it and `/` after it. */
  readonly path: string;
  /** Of a link. */
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A member with its content; what of that is left unread when the next one is asked for is passed over. */
export interface ForeignEntry {
  readonly member: ForeignMember;
  readonly isFile: boolean;
  readonly sizeBytes: number;
  readonly content: ByteStream;
}

/** More than any header before a member needs. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

/** What the headers before a member say of it: PAX records, or GNU's long names. */
type Extension = Readonly<Record<string, string>>;

/**
 * The members of any tar, ustar, PAX or GNU, their content passed over.
 * @throws {VoxError} ARCHIVE_INVALID
 */
export async function* foreignMembers(tar: ByteStream): AsyncGenerator<ForeignMember> {
  for await (const { member } of foreignEntries(tar)) yield member;
}

/**
 * The same with their content.
 * @throws {VoxError} ARCHIVE_INVALID
 */
export async function* foreignEntries(tar: ByteStream): AsyncGenerator<ForeignEntry> {
  const reader = new BlockReader(tar);
  let extension: Extension = {};
  try {
    while (!(await reader.atEnd())) {
      const block = Buffer.from(await reader.read(BLOCK_BYTES));
      if (block.every((byte) => byte === 0)) return await drain(reader);
      const extended = await readExtension(block, reader);
      if (extended) {
        extension = { ...extension, ...extended };
        continue;
      }
      const said = extension["size"] === undefined ? numberAt(block, "size") : Number(extension["size"]);
      const sizeBytes = hasContent(block) ? said : 0;
      const content = new Content(reader, sizeBytes);
      yield { member: memberOf(block, extension), isFile: isFile(block), sizeBytes, content: content.stream() };
      extension = {};
      await skip(reader, content.leftBytes + paddingBytes(sizeBytes));
    }
  } finally {
    await reader.close();
  }
}

class Content {
  leftBytes: number;
  readonly #reader: BlockReader;

  constructor(reader: BlockReader, sizeBytes: number) {
    this.#reader = reader;
    this.leftBytes = sizeBytes;
  }

  async *stream(): ByteStream {
    while (this.leftBytes > 0) {
      const piece = await this.#reader.piece(this.leftBytes);
      this.leftBytes -= piece.byteLength;
      yield piece;
    }
  }
}

const typeOf = (block: Buffer): string => String.fromCharCode(block[FIELD.typeflag.at] ?? 0);

/** Links, devices and folders have none, whatever their size says. */
const hasContent = (block: Buffer): boolean => !/[1-6]/.test(typeOf(block));

const isFile = (block: Buffer): boolean => "\u000007".includes(typeOf(block));

/** `undefined` for a member itself. */
async function readExtension(block: Buffer, reader: BlockReader): Promise<Extension | undefined> {
  const type = typeOf(block);
  if (!"xgLK".includes(type)) return undefined;
  const sizeBytes = numberAt(block, "size");
  if (sizeBytes > MAX_EXTENSION_BYTES) throw invalid("a header of a member is too long");
  const body = Buffer.from(await reader.read(sizeBytes));
  await skip(reader, paddingBytes(sizeBytes));
  if (type === "L") return { path: untilNul(body) };
  if (type === "K") return { linkpath: untilNul(body) };
  return type === "x" ? paxExtension(body) : {};
}

function paxExtension(body: Buffer): Extension {
  const records: [string, string][] = [];
  for (let at = 0; at < body.byteLength;) {
    const space = body.indexOf(0x20, at);
    const lengthBytes = Number(body.toString("latin1", at, space));
    if (space < 0 || !(lengthBytes > space - at)) throw invalid("a PAX record has no length");
    const record = body.toString("utf8", space + 1, at + lengthBytes - 1);
    const equals = record.indexOf("=");
    records.push([record.slice(0, equals), record.slice(equals + 1)]);
    at += lengthBytes;
  }
  return Object.fromEntries(records);
}

function memberOf(block: Buffer, extension: Extension): ForeignMember {
  const type = typeOf(block);
  const prefix = block.toString("latin1", FIELD.magic.at, FIELD.magic.at + 6) === "ustar\0" ? textAt(block, "prefix") : "";
  const name = textAt(block, "name");
  const path = extension["path"] ?? (prefix === "" ? name : `${prefix}/${name}`);
  return {
    kind: type === "5" || (type === "0" && path.endsWith("/")) ? "directory" : type === "2" ? "symlink" : "other",
    path,
    target: extension["linkpath"] ?? textAt(block, "linkname"),
    mode: numberAt(block, "mode") & 0o7777,
    uid: extension["uid"] === undefined ? numberAt(block, "uid") : Number(extension["uid"]),
    gid: extension["gid"] === undefined ? numberAt(block, "gid") : Number(extension["gid"]),
  };
}

const fieldOf = (block: Buffer, field: FieldName): Buffer =>
  block.subarray(FIELD[field].at, FIELD[field].at + FIELD[field].bytes);

const textAt = (block: Buffer, field: FieldName): string => untilNul(fieldOf(block, field));

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.byteLength : end);
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function numberAt(block: Buffer, field: FieldName): number {
  const bytes = fieldOf(block, field);
  const value =
    ((bytes[0] ?? 0) & 0x80) === 0
      ? Number.parseInt(untilNul(bytes).trim() || "0", 8)
      : bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, (bytes[0] ?? 0) & 0x7f);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`a header's ${field} is no number`);
}

/** What follows the end may be anything; it is read, so that the stream can prove itself. */
async function drain(reader: BlockReader): Promise<void> {
  while (!(await reader.atEnd())) reader.takeBuffered();
}

async function skip(reader: BlockReader, sizeBytes: number): Promise<void> {
  for (let left = sizeBytes; left > 0;) left -= (await reader.piece(left)).byteLength;
}

const invalid = (message: string): VoxError => new VoxError("ARCHIVE_INVALID", message);

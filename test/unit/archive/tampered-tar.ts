import { FIELD, type FieldName } from "../../../src/archive/ustar-header.ts";

/** One member as a test wants it, canonical or not. */
export interface RawMember {
  readonly path: string;
  readonly type?: string;
  readonly content?: string;
  readonly fields?: Partial<Record<FieldName, string>>;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);

/** A header written field by field with nothing checked; a checksum that is right unless it is given. */
export function rawMember({ path, type = path.endsWith("/") ? "5" : "0", content = "", fields = {} }: RawMember): Buffer {
  const block = Buffer.alloc(512);
  const body = Buffer.from(content);
  const values: Partial<Record<FieldName, string>> = {
    name: path,
    mode: type === "5" ? "0000755\0" : "0000644\0",
    uid: "0000000\0",
    gid: "0000000\0",
    size: `${body.length.toString(8).padStart(11, "0")}\0`,
    mtime: "00000000000\0",
    typeflag: type,
    magic: "ustar\x0000",
    devmajor: "0000000\0",
    devminor: "0000000\0",
    checksum: " ".repeat(8),
    ...fields,
  };
  for (const [field, { at, bytes }] of Object.entries(FIELD)) {
    const value = Object.entries(values).find(([name]) => name === field)?.[1] ?? "";
    Buffer.from(value).copy(block, at, 0, bytes);
  }
  if (fields.checksum === undefined) {
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, FIELD.checksum.at, "latin1");
  }
  return Buffer.concat([block, padded(body)]);
}

export const rawTar = (members: readonly (RawMember | Buffer)[], end: Buffer = Buffer.alloc(1024)): Buffer =>
  Buffer.concat([...members.map((member) => (Buffer.isBuffer(member) ? member : rawMember(member))), end]);

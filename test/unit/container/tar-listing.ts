import { gunzipSync } from "node:zlib";
import { list } from "tar";

export interface ListedMember {
  readonly path: string;
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  readonly linkpath?: string;
  readonly text?: string;
}

/** What an independent reader finds in a layer. */
export async function listTar(bytes: Buffer): Promise<readonly ListedMember[]> {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const members: ListedMember[] = [];
  const reading: Promise<void>[] = [];
  const parser = list({
    sync: false,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      const at = members.length;
      const member: ListedMember = {
        path: entry.path,
        type: entry.type,
        mode: (entry.mode ?? 0).toString(8),
        owner: `${entry.uid}:${entry.gid}`,
        ...(entry.linkpath && { linkpath: entry.linkpath }),
      };
      members.push(member);
      reading.push(
        new Promise((resolve) => {
          entry.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
          entry.on("end", () => {
            if (entry.type === "File") members[at] = { ...member, text: Buffer.concat(chunks).toString() };
            resolve();
          });
        }),
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on("end", () => resolve());
    parser.on("error", reject);
    parser.end(raw);
  });
  await Promise.all(reading);
  return members;
}

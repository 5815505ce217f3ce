import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { VoxError } from "../../errors/vox-error.ts";

/** Opening a fifo that nobody writes to would wait for ever, past any signal. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The bytes of a file, links followed; what is neither file nor folder is refused unread.
 * @throws {VoxError} FILE_KIND; and what the system says, as it says it
 */
export async function readRegularFile(file: string, path: string): Promise<Buffer> {
  const handle = await open(file, FLAGS);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory())
      throw new VoxError("FILE_KIND", `\`${path}\` is no regular file`, { place: { file: path } });
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

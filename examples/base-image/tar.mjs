// A ustar archive whose bytes follow from its entries alone: sorted, owned by root, dated 1970.
const BLOCK = 512;

/** @typedef {{ path: string, mode: number, content?: Buffer }} Entry a directory's path ends in "/" */

const octal = (value, width) => value.toString(8).padStart(width - 1, "0") + "\0";

function header({ path, mode, content }) {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for this writer`);
  block.write(path, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(content?.length ?? 0, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(" ".repeat(8), 148);
  block.write(path.endsWith("/") ? "5" : "0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(sum.toString(8).padStart(6, "0") + "\0 ", 148);
  return block;
}

/** Every folder that leads to a file, so that each has a stated mode. */
function withParents(entries) {
  const all = new Map();
  for (const entry of entries) {
    const parts = entry.path.replace(/\/$/, "").split("/").slice(0, -1);
    parts.forEach((_, index) => {
      const path = parts.slice(0, index + 1).join("/") + "/";
      if (!all.has(path)) all.set(path, { path, mode: 0o755 });
    });
    all.set(entry.path, entry);
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param {readonly Entry[]} entries
 * @returns {Buffer[]} chunks of the archive, in order
 */
export function writeTar(entries) {
  const chunks = withParents(entries).flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0);
    return [header(entry), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return [...chunks, Buffer.alloc(2 * BLOCK)];
}

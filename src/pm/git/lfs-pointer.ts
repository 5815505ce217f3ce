/** A pointer is shorter than this, by the specification of Git LFS. */
export const LFS_POINTER_MAX_BYTES = 1024;

const BEGINNINGS = ["version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/"];

/** Whether a file's bytes stand for content that Git LFS keeps elsewhere. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  if (bytes.byteLength >= LFS_POINTER_MAX_BYTES) return false;
  const text = Buffer.from(bytes).toString("latin1");
  return BEGINNINGS.some((beginning) => text.startsWith(beginning)) && /\noid sha256:[0-9a-f]{64}\n/.test(text);
}

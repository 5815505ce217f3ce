const HEADER_BYTES = 8;

/** The text of a container's logs: frames of both streams, each behind a header of its stream and length (Engine API, "ContainerAttach"). */
export function demuxLogs(bytes: Uint8Array): string {
  const frames: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.byteLength) {
    const end = at + HEADER_BYTES + view.getUint32(at + 4);
    frames.push(bytes.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(frames).toString("utf8");
}

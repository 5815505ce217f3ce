import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { PortRequest } from "../container/engine/engine.ts";
import { VoxError } from "../errors/vox-error.ts";

const MAPPING = /^(?:(?:(\[[^\]]+\]|[^:]+):)?(\d+):)?(\d+)(?:\/tcp)?$/;

/**
 * `3000`, `8080:3000`, `127.0.0.1:8080:3000/tcp`: a port alone gets one of the host that is free.
 * @throws {VoxError} MANIFEST_INVALID
 */
export function parsePort(text: string): PortRequest {
  const [, address, host, container] = MAPPING.exec(text) ?? [];
  if (container === undefined)
    throw new VoxError("MANIFEST_INVALID", `\`${text}\` is not a port that an engine can publish`, {
      place: { file: MANIFEST_FILE },
      hint: "write it as `8080:3000` or `127.0.0.1:8080:3000`",
    });
  return {
    container: Number(container),
    ...(host !== undefined && { host: Number(host) }),
    ...(address !== undefined && { address: address.replace(/^\[|\]$/g, "") }),
  };
}

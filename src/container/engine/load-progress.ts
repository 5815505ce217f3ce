import { VoxError } from "../../errors/vox-error.ts";
import { isNoSpace, MAKE_ROOM } from "./no-space.ts";
import { parseStreamMessage } from "./stream-message.ts";

/** Podman joins several names by commas. */
const LOADED = /Loaded image(?:\(s\)| ID)?: ([^\s,]+)/;

/**
 * The images that a load reports, by ID or name, in order.
 * @throws {VoxError} ENGINE_FAILED
 */
export function loadedImages(answer: string): readonly string[] {
  return answer.split("\n").flatMap((line) => {
    const { error, stream = "" } = parseStreamMessage(line) ?? { stream: line };
    if (error !== undefined) {
      const told = `the engine does not load the image: ${error}`;
      throw new VoxError("ENGINE_FAILED", told, isNoSpace(error) ? MAKE_ROOM : {});
    }
    return stream
      .split("\n")
      .map((part) => LOADED.exec(part)?.[1])
      .filter((name) => name !== undefined);
  });
}

import { VoxError } from "../../errors/vox-error.ts";
import { isNoSpace, MAKE_ROOM } from "./no-space.ts";

/** Podman joins several names by commas. */
const LOADED = /Loaded image(?:\(s\)| ID)?: ([^\s,]+)/;

/**
 * The images that a load reports, by ID or name, in order. An engine answers 200 before it knows, and tells of failures in the stream.
 * @throws {VoxError} ENGINE_FAILED
 */
export function loadedImages(answer: string): readonly string[] {
  return answer.split("\n").flatMap((line) => {
    const { error, text } = progressLine(line);
    if (error !== undefined) {
      const told = `the engine does not load the image: ${error}`;
      throw new VoxError("ENGINE_FAILED", told, isNoSpace(error) ? MAKE_ROOM : {});
    }
    return text
      .split("\n")
      .map((part) => LOADED.exec(part)?.[1])
      .filter((name) => name !== undefined);
  });
}

/** Lines that are no JSON are progress of engines that write none. */
function progressLine(line: string): { readonly error?: string; readonly text: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { text: line };
  }
  if (typeof value !== "object" || value === null) return { text: "" };
  const detail = "errorDetail" in value ? value.errorDetail : undefined;
  const message =
    typeof detail === "object" && detail !== null && "message" in detail
      ? detail.message
      : "error" in value
        ? value.error
        : undefined;
  if (message !== undefined) return { error: typeof message === "string" ? message.trim() : "it does not say why", text: "" };
  return { text: "stream" in value && typeof value.stream === "string" ? value.stream : "" };
}

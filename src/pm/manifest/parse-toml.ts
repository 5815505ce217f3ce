import { parse, TomlError } from "smol-toml";
import { VoxError } from "../../errors/vox-error.ts";
import type { ManifestSource } from "./manifest-fault.ts";

/**
 * The value of a TOML text; a byte order mark and CRLF are fine.
 * @throws {VoxError} MANIFEST_INVALID with line and column
 */
export function parseToml(source: ManifestSource): unknown {
  try {
    const value: unknown = parse(source.text);
    if (source.text.includes("__proto__") && hasProtoKey(value)) throw protoKey(source);
    return value;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = { file: source.file, line: error.line, column: error.column };
    throw new VoxError("MANIFEST_INVALID", `\`${source.file}\` is not TOML: ${reasonOf(error)}`, {
      place,
      hint: "correct the line and run the command again",
    });
  }
}

/** The library's message without its picture of the line. */
const reasonOf = (error: TomlError): string => (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");

/** Plain objects lose such a key on the way, so it would be ignored without a word. */
const hasProtoKey = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProtoKey));

const protoKey = ({ file }: ManifestSource): VoxError =>
  new VoxError("MANIFEST_INVALID", "`__proto__` is not a key that can be used", {
    place: { file },
    hint: "remove `__proto__`",
  });

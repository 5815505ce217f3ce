import { parse } from "smol-toml";
import { nearestWord } from "../core/nearest-word.ts";
import { VoxError } from "../errors/vox-error.ts";

/** `VOX_CONFIG_DIR/config.toml`: what one person's machine does differently, and no project may know. */
export interface UserConfig {
  /** Registries by their `index`, and where to read them instead. */
  readonly mirrors: ReadonlyMap<string, string>;
}

const TABLES: readonly string[] = ["mirrors"];

/**
 * Reads the file's text; what vox does not know is an error, so that a slip is not silence.
 * @throws {VoxError} CONFIG_INVALID
 */
export function parseUserConfig(text: string, file: string): UserConfig {
  const config = tableOf(tomlOf(text, file), "the file", file);
  for (const name of Object.keys(config)) {
    if (TABLES.includes(name)) continue;
    const near = nearestWord(name, TABLES);
    throw invalid(file, `it has an unknown key \`${name}\``, near === undefined ? undefined : `did you mean \`${near}\`?`);
  }
  const mirrors = Object.entries(tableOf(config["mirrors"] ?? {}, "[mirrors]", file));
  return { mirrors: new Map(mirrors.map(([index, mirror]) => [index, textOf(mirror, index, file)])) };
}

function tomlOf(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "it is no TOML");
  }
}

function tableOf(value: unknown, what: string, file: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(file, `${what} is not a table`);
}

function textOf(value: unknown, key: string, file: string): string {
  if (typeof value === "string") return value;
  throw invalid(file, `\`${key}\` of [mirrors] is not a text`);
}

const invalid = (file: string, why: string, hint = `correct \`${file}\``): VoxError =>
  new VoxError("CONFIG_INVALID", `\`${file}\` cannot be used: ${why}`, { hint });

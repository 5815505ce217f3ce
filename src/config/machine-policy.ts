import { resolve } from "node:path";
import { parse } from "smol-toml";
import { nearestWord } from "../core/nearest-word.ts";
import { VoxError } from "../errors/vox-error.ts";
import { isLane, type Lane } from "./lock-mode.ts";
import { SEVERITIES, type Severity } from "./severity.ts";

/** `VOX_CONFIG_DIR/policy.toml`: what holds on this machine, whatever a repository says. The keys are those of `[deploy.policy]`. */
export interface MachinePolicy {
  /** Absolute. */
  readonly file: string;
  /** The least strict lane. */
  readonly lane?: Lane;
  /** Absolute paths of public keys. */
  readonly signers: readonly string[];
  /** The same of those who sign base images. */
  readonly baseSigners: readonly string[];
  /** Absent where all are. */
  readonly licenses?: readonly string[];
  readonly lanes: Readonly<Partial<Record<Lane, Readonly<Record<string, Severity>>>>>;
}

type Table = Readonly<Record<string, unknown>>;

const KEYS = ["lane", "signers", "base_signers", "licenses", "local", "ci", "release"] as const;

/**
 * Reads the file's text; what vox does not know is an error, so that a slip is not silence.
 * @param folder what paths of keys are relative to
 * @throws {VoxError} CONFIG_INVALID
 */
export function parseMachinePolicy(text: string, file: string, folder: string): MachinePolicy {
  const table = tableOf(tomlOf(text, file), "the file", file);
  for (const key of Object.keys(table)) refuseUnknown(key, file);
  const lane = table["lane"] === undefined ? undefined : laneOf(table["lane"], file);
  const licenses = table["licenses"] === undefined ? undefined : textsOf(table, "licenses", file);
  return {
    file,
    ...(lane && { lane }),
    signers: textsOf(table, "signers", file).map((path) => resolve(folder, path)),
    baseSigners: textsOf(table, "base_signers", file).map((path) => resolve(folder, path)),
    ...(licenses && { licenses }),
    lanes: {
      local: severitiesOf(table, "local", file),
      ci: severitiesOf(table, "ci", file),
      release: severitiesOf(table, "release", file),
    },
  };
}

function tomlOf(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "it is no TOML");
  }
}

function tableOf(value: unknown, what: string, file: string): Table {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(file, `${what} is not a table`);
}

function refuseUnknown(key: string, file: string): void {
  if (KEYS.some((known) => known === key)) return;
  const near = nearestWord(key, KEYS);
  throw invalid(file, `it has an unknown key \`${key}\``, near === undefined ? undefined : `did you mean \`${near}\`?`);
}

function laneOf(value: unknown, file: string): Lane {
  if (typeof value === "string" && isLane(value)) return value;
  throw invalid(file, "`lane` is not `local`, `ci` or `release`");
}

function textsOf(table: Table, key: string, file: string): readonly string[] {
  const value: unknown = table[key] ?? [];
  if (!Array.isArray(value)) throw invalid(file, `\`${key}\` is not a list of texts`);
  return value.map((item: unknown) => {
    if (typeof item === "string" && item !== "") return item;
    throw invalid(file, `\`${key}\` is not a list of texts`);
  });
}

function severitiesOf(table: Table, lane: Lane, file: string): Readonly<Record<string, Severity>> {
  const entries = Object.entries(tableOf(table[lane] ?? {}, `\`${lane}\``, file));
  return Object.fromEntries(entries.map(([id, word]) => [id, severityOf(word, `\`${id}\` of [${lane}]`, file)]));
}

function severityOf(word: unknown, what: string, file: string): Severity {
  const severity = SEVERITIES.find((known) => known === word);
  if (severity !== undefined) return severity;
  throw invalid(file, `${what} is not \`off\`, \`advisory\` or \`blocking\``);
}

const invalid = (file: string, why: string, hint = `correct \`${file}\``): VoxError =>
  new VoxError("CONFIG_INVALID", `\`${file}\` cannot be used: ${why}`, { hint });

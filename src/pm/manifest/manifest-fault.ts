import type { SchemaFault, SchemaPath } from "../../contracts/schema-faults.ts";
import { isVoxError, type Place, VoxError } from "../../errors/vox-error.ts";
import { locateKey } from "./locate-key.ts";

/** The text that a manifest was parsed from, to say where a fault is. */
export interface ManifestSource {
  readonly file: string;
  readonly text: string;
}

export function placeOf(source: ManifestSource, path: SchemaPath): Place {
  return { file: source.file, ...locateKey(source.text, path) };
}

/** `phrase` goes on after the name of the place: "`[package] name` is missing". */
export const manifestError = (source: ManifestSource, path: SchemaPath, phrase: string, hint?: string): VoxError =>
  new VoxError("MANIFEST_INVALID", `${placeName(path)} ${phrase}`, {
    place: placeOf(source, path),
    ...(hint === undefined ? {} : { hint }),
  });

/** Runs `parse` and gives its failure the place in the manifest; code and hint stay. */
export function parseAt<T>(source: ManifestSource, path: SchemaPath, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isVoxError(error)) throw error;
    const { code, message, hint } = error;
    throw new VoxError(code, `${placeName(path)}: ${message}`, { place: placeOf(source, path), hint });
  }
}

/** The fault to show of several: an unknown key before what is missing because of it, then the first in the text. */
export function faultError(source: ManifestSource, faults: readonly SchemaFault[]): VoxError {
  const errors = faults.map((fault) => ({ fault, error: errorOf(source, fault) }));
  const rank = ({ fault, error }: (typeof errors)[number]): number =>
    (fault.kind === "unknown-key" ? 0 : 1e9) + (error.place?.line ?? 0);
  const [first] = errors.sort((left, right) => rank(left) - rank(right));
  return first?.error ?? new VoxError("MANIFEST_INVALID", "the manifest breaks its schema", { place: { file: source.file } });
}

function errorOf(source: ManifestSource, fault: SchemaFault): VoxError {
  switch (fault.kind) {
    case "value":
      return manifestError(source, fault.path, fault.phrase, fault.hint);
    case "key":
      return keyError(source, fault, `\`${fault.key}\` in ${tableName(fault.path)} ${fault.phrase}`);
    case "unknown-key":
      return keyError(
        source,
        fault,
        `unknown key \`${fault.key}\` ${fault.path.length === 0 ? "at the top level" : `in ${tableName(fault.path)}`}`,
      );
  }
}

function keyError(source: ManifestSource, fault: Exclude<SchemaFault, { kind: "value" }>, message: string): VoxError {
  const hint = fault.kind === "unknown-key" ? { hint: fault.hint } : {};
  return new VoxError("MANIFEST_INVALID", message, { place: placeOf(source, [...fault.path, fault.key]), ...hint });
}

/** A path as the file shows it: `[deploy.container] base_image`. */
function placeName(path: SchemaPath): string {
  const [top] = path;
  if (top === "bin")
    return typeof path[1] === "number"
      ? `\`[[bin]] ${dotted(path.slice(2)) || "table"}\` of entry ${path[1] + 1}`
      : "`[[bin]]`";
  const depth = tableDepth(path);
  const keys = dotted(path.slice(depth));
  return `\`[${dotted(path.slice(0, depth))}]${keys === "" ? "" : ` ${keys}`}\``;
}

const tableName = (path: SchemaPath): string => placeName(path);

const DEPLOY_TABLES = new Set([
  "container",
  "compose",
  "kubernetes",
  "bare-metal",
  "coolify",
  "fly",
  "history",
  "policy",
  "environments",
]);

/** How many steps of the path are the table's header; the others are keys in it. */
function tableDepth(path: SchemaPath): number {
  const [top, second, , fourth] = path;
  if (top === "registries") return Math.min(path.length, 2);
  if (top === "workspace") return second === "package" || second === "dependencies" ? 2 : 1;
  if (top !== "deploy" || !DEPLOY_TABLES.has(String(second))) return Math.min(path.length, 1);
  if (second !== "environments") return 2;
  return Math.min(path.length, DEPLOY_TABLES.has(String(fourth)) ? 4 : 3);
}

const dotted = (path: SchemaPath): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${bare(step)}`)).join("");

const bare = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));

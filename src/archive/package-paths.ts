import { VoxError } from "../errors/vox-error.ts";

/** What Linux can open (PATH_MAX, with its NUL). */
const MAX_PATH_BYTES = 4095;
const MAX_COMPONENT_BYTES = 255;

const CONTROL = /[\x00-\x1f\x7f]/;
const FORBIDDEN = /[\\<>:"|?*]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Device names that Windows opens whatever the extension, in any case (Microsoft, "Naming Files, Paths, and Namespaces"). */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|$)/i;
const NEVER = new Set([".git", ".vox_modules"]);

/** The rule that a path breaks, in words; `undefined` when it breaks none (contracts, §4). */
export function brokenPathRule(path: string): string | undefined {
  if (LONE_SURROGATE.test(path)) return "is not UTF-8";
  if (CONTROL.test(path)) return "holds a control character";
  if (path.startsWith("/")) return "is absolute";
  if (FORBIDDEN.test(path)) return 'holds one of `\\ < > : " | ? *`';
  if (path.normalize("NFC") !== path) return "is not in Unicode normalization form C";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  for (const component of path.split("/")) {
    const rule = brokenComponentRule(component);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

function brokenComponentRule(component: string): string | undefined {
  if (component === "") return "has an empty component";
  if (component === "..") return "climbs with `..`";
  if (component.endsWith(".") || component.endsWith(" ")) return "has a component that ends in a dot or a space";
  if (WINDOWS_DEVICE.test(component)) return "has a name that Windows reserves";
  if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES) return `has a component of more than ${MAX_COMPONENT_BYTES} bytes`;
  return NEVER.has(component.toLowerCase()) ? `holds \`${component}\`` : undefined;
}

/** @throws {VoxError} ARCHIVE_PATH naming the path and the rule */
export function checkPath(path: string): void {
  const rule = brokenPathRule(path);
  if (rule !== undefined) throw new VoxError("ARCHIVE_PATH", `\`${printable(path)}\` ${rule}`);
}

/** The paths of one archive as they are added: each follows the rules and none is another's name on some file system. */
export class PathSet {
  readonly #pathByKey = new Map<string, string>();

  /**
   * Directories come without the slash at the end, so that a file and a directory of one name are seen.
   * @throws {VoxError} ARCHIVE_PATH
   */
  add(path: string): void {
    const key = collisionKey(path);
    const other = this.#pathByKey.get(key);
    if (other !== undefined) throw new VoxError("ARCHIVE_PATH", collision(path, other));
    this.#pathByKey.set(key, path);
  }
}

const collision = (path: string, other: string): string =>
  path === other ? `\`${path}\` is there twice` : `\`${path}\` and \`${other}\` are one name where case does not count`;

/** Equal for two paths that a file system which folds case or normalizes takes for one. */
const collisionKey = (path: string): string =>
  SMALL_ASCII.test(path) ? path : path.toUpperCase().toLowerCase().normalize("NFC");

/** Its own key: most paths are, and a text of its own for each would be many megabytes. */
const SMALL_ASCII = /^[\x20-\x40\x5b-\x7e]*$/;

/** A path that is refused may hold what a terminal should not see. */
const printable = (path: string): string =>
  path.replace(/[\p{Cc}\p{Surrogate}]/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

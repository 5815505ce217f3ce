import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseUserConfig } from "../config/user-config.ts";
import { VoxError } from "../errors/vox-error.ts";
import { isSystemError } from "../oci/fs-errors.ts";
import { formatRegistryLocation, parseRegistryLocation, type RegistryLocation } from "../pm/registry/location.ts";

/** Where registries are read instead, as the user's configuration says; the file is looked at when a registry is first read, and once. */
export class RegistryMirrors {
  readonly #configDir: string;
  #mirrors: ReadonlyMap<string, RegistryLocation> | undefined;

  constructor(configDir: string) {
    this.#configDir = configDir;
  }

  /**
   * The place to read instead of a location, else the location itself.
   * @throws {VoxError} CONFIG_INVALID, LOCATION_INVALID
   */
  of(location: RegistryLocation): RegistryLocation {
    this.#mirrors ??= this.#read();
    return this.#mirrors.get(formatRegistryLocation(location)) ?? location;
  }

  #read(): ReadonlyMap<string, RegistryLocation> {
    const file = join(this.#configDir, "config.toml");
    const text = textAt(file);
    if (text === undefined) return new Map();
    const { mirrors } = parseUserConfig(text, file);
    return new Map(
      [...mirrors].map(([index, mirror]) => [formatRegistryLocation(this.#absolute(index)), this.#absolute(mirror)]),
    );
  }

  /** Folders are named relative to the file that names them. */
  #absolute(index: string): RegistryLocation {
    const location = parseRegistryLocation(index);
    return location.kind === "file" ? { ...location, dir: resolve(this.#configDir, location.dir) } : location;
  }
}

function textAt(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (isSystemError(cause, "ENOENT", "ENOTDIR")) return undefined;
    throw new VoxError("CONFIG_INVALID", `\`${file}\` cannot be read`, { hint: `make it readable, or remove it`, cause });
  }
}

import { resolve } from "node:path";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { RegistrySection } from "../pm/manifest/manifest.ts";
import { parseRegistryLocation } from "../pm/registry/location.ts";
import type { RegistryArchivePorts, RegistryPorts, RunPorts } from "./ports.ts";
import { ProjectRegistries } from "./project-registries.ts";

/** A registry by whatever name the user gave it. */
export interface MirrorPlace {
  readonly registries: ProjectRegistries;
  /** Its name there. */
  readonly registry: string;
}

export interface PlaceOptions {
  /** Absolute; what a path is relative to. */
  readonly cwd: string;
  /** The project's registries, by which a place may be named. */
  readonly known?: ProjectRegistries;
}

type PlacePorts = RegistryPorts & RegistryArchivePorts & RunPorts;

/**
 * Opens the place that is read: a registry of the project, `oci://…`, `file:DIR` or an archive.
 * @throws {VoxError} LOCATION_INVALID, ARCHIVE_INVALID, CONTENT_MISMATCH
 */
export async function openSource(
  text: string,
  options: PlaceOptions,
  ports: PlacePorts,
): Promise<MirrorPlace & AsyncDisposable> {
  const archive = archivePath(text, options.cwd);
  if (archive === undefined) return { ...placeNamed(text, options, ports), [Symbol.asyncDispose]: () => Promise.resolve() };
  const opened = await ports.openRegistryArchive(archive, ports.signal);
  const place = placeAt(text, `file:${opened.dir}`, options.cwd, ports);
  return { ...place, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/**
 * Writes to a place of the same kinds; an archive is written anew when all of it is there.
 * @throws {VoxError} LOCATION_INVALID, CANNOT_WRITE
 */
export function writeTo<T>(
  text: string,
  options: PlaceOptions,
  ports: PlacePorts,
  write: (place: MirrorPlace) => Promise<T>,
): Promise<T> {
  const archive = archivePath(text, options.cwd);
  if (archive === undefined) return write(placeNamed(text, options, ports));
  return ports.writeRegistryArchive(archive, (dir) => write(placeAt(text, `file:${dir}`, options.cwd, ports)));
}

const ARCHIVE_PREFIX = "archive:";

function archivePath(text: string, cwd: string): string | undefined {
  if (text.startsWith(ARCHIVE_PREFIX)) return resolve(cwd, text.slice(ARCHIVE_PREFIX.length));
  return text.endsWith(".tar") && !/^(?:oci:\/\/|file:)/.test(text) ? resolve(cwd, text) : undefined;
}

function placeNamed(text: string, { cwd, known }: PlaceOptions, ports: PlacePorts): MirrorPlace {
  if (known?.has(text)) return { registries: known, registry: text };
  return placeAt(text, text, cwd, ports);
}

/** The text is the registry's name here, so that errors call it what the user called it. */
function placeAt(name: string, index: string, cwd: string, ports: PlacePorts): MirrorPlace {
  const section: RegistrySection = { name, index, signers: [] };
  try {
    parseRegistryLocation(index);
  } catch (cause) {
    if (!isVoxError(cause)) throw cause;
    const hint = "write it as `oci://host/prefix`, `file:DIR`, `FILE.tar`, or a name under [registries]";
    throw new VoxError("LOCATION_INVALID", `\`${name}\` is not a registry`, { hint });
  }
  return { registries: new ProjectRegistries([section], cwd, ports), registry: name };
}

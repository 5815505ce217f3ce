import { VoxError } from "../../errors/vox-error.ts";
import type { PackageName } from "../../core/package-name.ts";

/** Where a registry is: a base under which every package is a repository (contracts, §5). */
export type RegistryLocation =
  | {
      readonly kind: "oci";
      /** `name[:port]` or `[v6]:port`. */
      readonly host: string;
      /** Path components joined by `/`; empty for a registry whose packages stand at its root. */
      readonly prefix: string;
    }
  | {
      readonly kind: "file";
      /** As written: absolute, or relative to the Vox.toml that names it; `%` is a letter like any other. */
      readonly dir: string;
    };

const HOST_PATTERN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
const COMPONENT_PATTERN = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const CONTROL_PATTERN = /[\u0000-\u001f\u007f]/;

/**
 * Reads the `index` of a registry: `oci://host[:port]/prefix` or `file:DIR`.
 * @throws {VoxError} LOCATION_INVALID
 */
export function parseRegistryLocation(index: string): RegistryLocation {
  if (index.startsWith("oci://")) return parseOciLocation(index, index.slice("oci://".length));
  if (index.startsWith("file:")) return parseFileLocation(index, index.slice("file:".length));
  throw invalid(index);
}

/** Whether a text is a host as an `oci://` location has it. */
export const isRegistryHost = (text: string): boolean => HOST_PATTERN.test(text);

/** The location as an `index` string; parsing it gives the same location. */
export const formatRegistryLocation = (location: RegistryLocation): string =>
  location.kind === "file"
    ? `file:${location.dir}`
    : ["oci:/", location.host, location.prefix].filter((part) => part !== "").join("/");

/** The repository of a package in an OCI registry, without the host. */
export const repositoryPath = (prefix: string, name: PackageName): string => (prefix === "" ? name : `${prefix}/${name}`);

function parseOciLocation(index: string, rest: string): RegistryLocation {
  const [host = "", ...components] = rest.replace(/\/$/, "").split("/");
  if (!HOST_PATTERN.test(host) || !components.every((component) => COMPONENT_PATTERN.test(component))) throw invalid(index);
  return { kind: "oci", host, prefix: components.join("/") };
}

function parseFileLocation(index: string, rest: string): RegistryLocation {
  const dir = rest.startsWith("///") ? rest.slice(2) : rest;
  if (dir === "" || dir.startsWith("//") || CONTROL_PATTERN.test(dir)) throw invalid(index);
  return { kind: "file", dir };
}

const invalid = (index: string): VoxError =>
  new VoxError("LOCATION_INVALID", `\`${index}\` is not a registry`, { hint: "write it as `oci://host/prefix` or `file:DIR`" });

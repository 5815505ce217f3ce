import type { ContainerIntent } from "../project/deploy-intent.ts";

/** How far a container may be closed. */
export interface Hardening {
  /** Its root is read-only, with a `/tmp` of its own. */
  readonly sealed: boolean;
  readonly dropsCapabilities: boolean;
}

/** Root keeps its capabilities; and all folders that the application writes to must be volumes for the rest to be read-only. */
export function hardeningOf(
  { user, writable, workdir }: ContainerIntent,
  mounted: readonly string[],
  readOnly: boolean | undefined,
): Hardening {
  const isCovered = (folder: string): boolean => mounted.some((path) => `${folder}/`.startsWith(`${path}/`));
  return {
    sealed: readOnly ?? writable.every((folder) => isCovered(`${workdir}/${folder}`)),
    dropsCapabilities: !/^(?:0|root)(?::|$)/.test(user),
  };
}

/** Volumes by name: those that are named, and one for each other folder that the image wants mounted. */
export function namedVolumes(
  { volumes = [] }: ContainerIntent,
  named: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const taken = new Set(Object.values(named));
  const others = volumes.filter((path) => !taken.has(path)).map((path) => [volumeName(path), path] as const);
  return Object.fromEntries([...Object.entries(named), ...others].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** `/var/lib/data` is `var-lib-data`. */
const volumeName = (path: string): string => path.replace(/^\/+/, "").replaceAll(/[^A-Za-z0-9_.-]+/g, "-") || "root";

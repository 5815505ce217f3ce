/** How the program that is running came to this machine. `folder` is the one that holds `dist/`. */
export type Installation =
  | { readonly kind: "npm"; readonly folder: string; readonly prefix: string }
  | { readonly kind: "tarball"; readonly folder: string }
  | { readonly kind: "checkout"; readonly folder: string }
  | { readonly kind: "unknown"; readonly folder: string };

/** Stands beside `dist/` in a release tarball, and nowhere else. */
export const RELEASE_MARK = ".vox-release";

/** Tells it from the folder's path and from the names in it. */
export function installationAt(folder: string, names: readonly string[]): Installation {
  if (names.includes(RELEASE_MARK)) return { kind: "tarball", folder };
  const [, prefix] = /^(.*?)(?:[\\/]lib)?[\\/]node_modules[\\/]vox$/.exec(folder) ?? [];
  if (prefix !== undefined) return { kind: "npm", folder, prefix };
  return { kind: names.includes("src") && names.includes("tsconfig.json") ? "checkout" : "unknown", folder };
}

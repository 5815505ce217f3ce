import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import { readVoxToml } from "../../contracts/vox-toml.ts";
import type { DependencyTable } from "../../contracts/vox-toml-dependencies.ts";
import { packageNameKey } from "../../core/package-name.ts";
import { DEPENDENCY_TABLES, type DependencyTableName } from "./edit-manifest.ts";
import { parseToml } from "./parse-toml.ts";

/** The dependency tables of a manifest as they are written, before anything is inherited. */
export interface ManifestTables {
  entry(table: DependencyTableName, name: string): DependencyTable | undefined;
  /** The tables that have a name. */
  tablesWith(name: string): readonly DependencyTableName[];
  /** Every name in them, as written. */
  names(tables: readonly DependencyTableName[]): readonly string[];
  /** Whether `[workspace.dependencies]` has a name. */
  isInWorkspace(name: string): boolean;
}

/** Reads the tables of a text that was parsed before. */
export function parseManifestTables(text: string): ManifestTables {
  const reading = readVoxToml(parseToml({ file: MANIFEST_FILE, text }));
  const document = reading.kind === "invalid" ? {} : reading.document;
  const namesIn = (table: DependencyTableName): string[] => Object.keys(document[table] ?? {});
  const isSame = (name: string) => (other: string) => packageNameKey(other) === packageNameKey(name);
  return {
    entry(table, name) {
      const key = namesIn(table).find(isSame(name));
      const found = key === undefined ? undefined : document[table]?.[key];
      return typeof found === "string" ? { version: found } : found;
    },
    tablesWith: (name) => DEPENDENCY_TABLES.filter((table) => namesIn(table).some(isSame(name))),
    names: (tables) => [...new Set(tables.flatMap(namesIn))],
    isInWorkspace: (name) => Object.keys(document.workspace?.dependencies ?? {}).some(isSame(name)),
  };
}

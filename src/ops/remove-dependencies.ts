import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { nearestWord } from "../core/nearest-word.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import {
  DEPENDENCY_TABLES,
  type DependencyTableName,
  removeDependency,
  removeFromFeatures,
} from "../pm/manifest/edit-manifest.ts";
import { parseManifestTables } from "../pm/manifest/manifest-tables.ts";
import { type EditedProject, type EditPorts, refuseHeldLock, writeEdited } from "./edit-manifest-file.ts";
import type { LockResult } from "./lock-project.ts";
import { chosenMember } from "./open-project.ts";

export interface RemoveRequest {
  readonly names: readonly PackageName[];
  /** The one table to look into; all of them when it is absent. */
  readonly table?: DependencyTableName;
}

export interface RemoveResult extends LockResult {
  readonly removed: readonly { readonly name: PackageName; readonly table: DependencyTableName }[];
}

/**
 * Takes dependencies out of the member's Vox.toml, its features included, and locks what is left.
 * @throws {VoxError} DEPENDENCY_UNKNOWN, NO_SOLUTION, LOCK_STALE when the lock is held
 */
export async function removeDependencies(
  edited: EditedProject,
  request: RemoveRequest,
  ports: EditPorts,
): Promise<RemoveResult> {
  const member = chosenMember(edited.project, edited.choice);
  const tables = request.table === undefined ? DEPENDENCY_TABLES : [request.table];
  const removed = [...new Set(request.names)].flatMap((name) =>
    tablesWith(member.text, tables, name).map((table) => ({ name, table })),
  );
  await refuseHeldLock(edited, "remove");
  const without = removed.reduce((text, { name, table }) => removeDependency(text, table, name) ?? text, member.text);
  const left = parseManifestTables(without);
  const text = request.names.reduce(
    (now, name) => (left.tablesWith(name).length === 0 ? removeFromFeatures(now, name) : now),
    without,
  );
  return { ...(await writeEdited(edited, member, text, ports)), removed };
}

/** @throws {VoxError} DEPENDENCY_UNKNOWN */
function tablesWith(text: string, tables: readonly DependencyTableName[], name: PackageName): readonly DependencyTableName[] {
  const manifest = parseManifestTables(text);
  const found = manifest.tablesWith(name).filter((table) => tables.includes(table));
  if (found.length > 0) return found;
  const near = nearestWord(name, manifest.names(tables));
  const where = tables.length === 1 ? `[${tables[0] ?? ""}]` : MANIFEST_FILE;
  throw new VoxError("DEPENDENCY_UNKNOWN", `\`${name}\` is not in ${where}`, {
    place: { file: MANIFEST_FILE },
    hint:
      near === undefined
        ? "run `vox tree --depth 1` to see what the package depends on"
        : `did you mean \`vox remove ${near}\`?`,
  });
}

import { named } from "../core/named.ts";
import type { ApplicationFile } from "../project/materialized-project.ts";
import type { RunPorts } from "./ports.ts";
import { type FolderContent, refuseSecrets, type ScanPorts } from "./scan-secrets.ts";
import type { SourceRevision } from "./source-revision.ts";

type Talk = Pick<RunPorts, "onEvent">;

/**
 * Looks at files before they enter a package or an image: says what of them is lost, refuses what may not leave the machine.
 * @throws {VoxError} SECRET_FOUND, FILE_CHANGED, FILE_UNREADABLE
 */
export async function inspectContent(content: FolderContent, ports: ScanPorts & Talk): Promise<void> {
  warnSetId(content, ports);
  await Promise.all([warnCapabilities(content, ports), refuseSecrets(content, ports)]);
}

/** Says which files git does not track. */
export function warnUntracked(
  files: readonly ApplicationFile[],
  { untracked }: SourceRevision,
  { onEvent }: Talk,
): readonly string[] {
  const unknown = new Set(untracked);
  const paths = files.map(({ path }) => path).filter((path) => unknown.has(path));
  if (paths.length === 0) return [];
  onEvent({
    kind: "warning",
    code: "FILES_UNTRACKED",
    message: `files that git does not track enter the image: ${named(paths)}`,
    hint: "commit them, or name them in `.gitignore` or `.voxignore`",
  });
  return paths;
}

/** A mode in an archive is 0644 or 0755: who runs such a file there runs it as themselves. */
function warnSetId({ name, setId }: FolderContent, { onEvent }: Talk): void {
  if (setId.length === 0) return;
  onEvent({
    kind: "warning",
    code: "SET_ID_DROPPED",
    message: `setuid and setgid bits do not enter \`${name}\`: ${named(setId)}`,
    hint: "run `chmod u-s,g-s` on them, or name them in `exclude` of [package]",
  });
}

/** They lie beside a file's content; only programs have any use for them. */
async function warnCapabilities({ name, files, capable }: FolderContent, { onEvent }: Talk): Promise<void> {
  const programs = files.flatMap((file) => (file.kind === "file" && file.mode === 0o755 ? [file.path] : []));
  const found = programs.length === 0 ? [] : await capable(programs);
  if (found.length === 0) return;
  onEvent({
    kind: "warning",
    code: "CAPABILITIES_DROPPED",
    message: `capabilities of files do not enter \`${name}\`: ${named(found)}`,
    hint: "set them with `setcap` in `run` or a `dockerfile` of [deploy.container], or name the files in `exclude` of [package]",
  });
}

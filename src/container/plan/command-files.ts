import { posix } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContainerIntent } from "../../project/deploy-intent.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";
import { scriptCandidates } from "./interpreter.ts";
import { nearMatches } from "./near-matches.ts";

/**
 * Refuses a command whose program or script would be a file of the application, and is not (contracts, §2 "Which files").
 * A program is one when it is an absolute path under `workdir` or a relative path with a slash; a script is the file that a known
 * interpreter is given. What cannot be told for sure is let through.
 * @throws {VoxError} COMMAND_FILE_MISSING
 */
export function checkCommandFiles(
  intent: Pick<ContainerIntent, "workdir" | "entrypoint" | "cmd">,
  files: readonly ApplicationFile[],
): void {
  const paths = files.map((file) => file.path);
  const links = new Set(files.flatMap((file) => (file.kind === "symlink" ? [file.path] : [])));
  for (const { field, argv } of commands(intent)) {
    const named = namedFiles(argv, intent.workdir);
    const missing = named.at(-1);
    if (missing === undefined || named.some((path) => isThere(path, paths, links))) continue;
    throw missingFile(field, missing, paths);
  }
}

type Command = { readonly field: "cmd" | "entrypoint"; readonly argv: readonly string[] };

/** What runs: our entrypoint with our cmd as its arguments; without an entrypoint of ours, the cmd as it stands. */
function commands({ entrypoint, cmd }: Pick<ContainerIntent, "entrypoint" | "cmd">): Command[] {
  if (entrypoint?.length) return [{ field: "entrypoint", argv: [...entrypoint, ...(cmd ?? [])] }];
  return cmd?.length ? [{ field: "cmd", argv: cmd }] : [];
}

/** Paths under the workdir, relative to it, one of which must be there; none when the command names no file of the application. */
function namedFiles(argv: readonly string[], workdir: string): string[] {
  const [program = "", ...args] = argv;
  const asProgram = program.includes("/") ? applicationPath(program, workdir) : undefined;
  if (asProgram !== undefined) return [asProgram];
  return scriptCandidates(program, args).flatMap((script) => applicationPath(script, workdir) ?? []);
}

/** `undefined` for a path outside the workdir, and for one inside a package. */
function applicationPath(path: string, workdir: string): string | undefined {
  const relative = posix.relative(workdir, posix.resolve(workdir, path));
  const outside = relative === "" || relative === ".." || relative.startsWith("../");
  return outside || relative.startsWith(".vox_modules/") ? undefined : relative;
}

/** Also a folder, a module named without its ending, and whatever lies behind a link. */
function isThere(path: string, paths: readonly string[], links: ReadonlySet<string>): boolean {
  if (ancestors(path).some((ancestor) => links.has(ancestor))) return true;
  return paths.some((file) => file === path || file.startsWith(`${path}/`) || /^\.(?:js|json|node)$/.test(suffix(file, path)));
}

const suffix = (file: string, path: string): string => (file.startsWith(path) ? file.slice(path.length) : "");

const ancestors = (path: string): string[] => path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));

function missingFile(field: string, path: string, paths: readonly string[]): VoxError {
  const near = nearMatches(path, paths).map((match) => `\`${match}\``);
  return new VoxError("COMMAND_FILE_MISSING", `\`${field}\` names \`${path}\`, which is not among the application's files`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(" or ")}? \`vox package --list\` shows the files`
        : "run `vox package --list` to see the files and why others are left out",
  });
}

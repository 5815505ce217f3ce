import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { isPackageName, type PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { PACKAGE_KINDS } from "../core/package-kind.ts";
import { newManifestText } from "../pm/manifest/new-manifest.ts";
import type { FolderPorts } from "./ports.ts";

export interface InitOptions {
  /** Absolute. */
  readonly dir: string;
  readonly name: string | undefined;
  /** What the package is called when no name is given, as far as it can be. */
  readonly folderName: string;
  readonly kind: string | undefined;
}

/** The document of `init`. */
export interface InitResult {
  readonly created: readonly string[];
  readonly name: PackageName;
  readonly kind: string;
}

const IGNORE_FILE = ".gitignore";
const IGNORED = ".vox_modules\ndist/\n";

/**
 * Writes a Vox.toml, and a `.gitignore` where there is none; nothing that exists is changed.
 * @throws {VoxError} MANIFEST_EXISTS, NAME_INVALID, CANNOT_WRITE
 */
export async function initProject(
  options: InitOptions,
  ports: Pick<FolderPorts, "projectFiles" | "makeFolder">,
): Promise<InitResult> {
  const files = ports.projectFiles(options.dir);
  if ((await files.readText(MANIFEST_FILE)) !== undefined) {
    throw new VoxError("MANIFEST_EXISTS", `there is a \`${MANIFEST_FILE}\` already`, { place: { file: MANIFEST_FILE } });
  }
  const kind = PACKAGE_KINDS.find((known) => known === options.kind) ?? "application";
  const name = nameFrom(options);
  await ports.makeFolder(options.dir);
  await files.writeAtomic(MANIFEST_FILE, newManifestText({ name, kind }));
  if ((await files.readText(IGNORE_FILE)) !== undefined) return { created: [MANIFEST_FILE], name, kind };
  await files.writeAtomic(IGNORE_FILE, IGNORED);
  return { created: [MANIFEST_FILE, IGNORE_FILE], name, kind };
}

function nameFrom({ name, folderName }: InitOptions): PackageName {
  const text =
    name ??
    folderName
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
  if (isPackageName(text)) return text;
  throw new VoxError("NAME_INVALID", `\`${text}\` is not a package name`, { hint: "run `vox init --name NAME`" });
}

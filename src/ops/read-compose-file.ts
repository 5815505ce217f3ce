import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ComposeIntent } from "../project/compose-intent.ts";
import type { ComposeObject } from "../render/compose/compose-object.ts";
import { parseCompose } from "../render/compose/parse-compose.ts";
import type { FolderPorts } from "./ports.ts";

/** The project's own Compose file, when Vox.toml names one. @throws {VoxError} COMPOSE_INVALID, FILE_UNREADABLE */
export async function readComposeFile(
  { file }: ComposeIntent,
  folder: string,
  ports: Pick<FolderPorts, "projectFiles">,
): Promise<ComposeObject | undefined> {
  if (file === undefined) return undefined;
  const text = await ports.projectFiles(folder).readText(file);
  if (text !== undefined) return parseCompose(text, file);
  throw new VoxError("COMPOSE_INVALID", `\`[deploy.compose] file\` names \`${file}\`, which is not there`, {
    place: { file: MANIFEST_FILE },
    hint: `write \`${file}\`, or take \`file\` out of [deploy.compose]`,
  });
}

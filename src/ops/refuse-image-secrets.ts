import type { Image } from "../container/build/image.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { parseImageManifest } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import { manifestFile } from "../pm/manifest/find-workspace.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DocumentSecret } from "../policy/secrets/document-secrets.ts";
import { manifestAllowances } from "../policy/secrets/manifest-allowances.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { secretsOfDocuments, tellPlace } from "./scan-image.ts";

/**
 * Refuses an image whose environment, labels, command, history or annotations hold what looks like a secret; files were looked at before they
 * became layers. Nothing of it has been written anywhere.
 * @throws {VoxError} SECRET_FOUND
 */
export async function refuseImageSecrets(
  project: OpenProject,
  { path }: WorkspaceMember,
  { root, reader, platforms }: Image,
  { signal }: Pick<RunPorts, "signal">,
): Promise<void> {
  const documents: Descriptor[] = [];
  for (const { manifest } of platforms) {
    const what = `the manifest \`${manifest.digest}\``;
    const { config } = parseImageManifest(await readContent(reader, manifest, { signal }), { what });
    documents.push(config, manifest);
  }
  const found = await secretsOfDocuments(reader, [...documents, root], { signal });
  if (found.length === 0) return;
  const file = manifestFile(path);
  const allows = manifestAllowances((await project.files.readText(file)) ?? "");
  const [first, ...others] = found.filter((secret) => !allows(secret));
  if (!first) return;
  const more = others.length === 0 ? "" : `; there are ${others.length} more`;
  throw new VoxError(
    "SECRET_FOUND",
    `${tellPlace(first)} holds what looks like a secret, by the rule \`${first.rule}\`${more}`,
    {
      place: { file },
      hint: hintFor(first),
      cause: new Error([first, ...others].map((secret) => `${tellPlace(secret)}: ${secret.rule}`).join("\n")),
    },
  );
}

const hintFor = ({ kind, name, rule }: DocumentSecret): string => {
  const named = kind === "history" ? kind : name;
  const instead = kind === "environment" ? `name \`${name}\` in \`secrets\` of [deploy.container] instead` : "take it out";
  return `${instead}, or write \`# vox:allow-secret ${rule}: REASON, ${named}\` in Vox.toml`;
};

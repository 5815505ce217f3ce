import { collectBytes } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import { dockerfileImages } from "../oci/dockerfile-images.ts";
import { sameImage } from "../oci/reference.ts";
import { digestFiles, setIdPaths } from "../pm/files/content.ts";
import { dockerignore } from "../pm/files/dockerignore.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { ContainerIntent } from "../project/deploy-intent.ts";
import type { DockerfileSource, LockedBaseImage } from "../project/materialized-project.ts";
import { listMemberFiles } from "./member-files.ts";
import type { OpenProject } from "./open-project.ts";
import type { FolderPorts } from "./ports.ts";
import { projectContent, provedReader } from "./project-content.ts";
import type { FolderContent } from "./scan-secrets.ts";

/** A Dockerfile of the project with its context, and a reader of the files in it. */
export interface BuildContextFiles {
  readonly source: DockerfileSource;
  readonly content: ContentReader;
}

export interface BuildContextOptions {
  /** As [deploy.container] names it; empty for none. */
  readonly dockerfile: string;
  /** Absolute. */
  readonly outputDirs: readonly string[];
  readonly inspect: (content: FolderContent) => Promise<void>;
}

const MAX_DOCKERFILE_BYTES = 1024 * 1024;

/**
 * The context of a build, where there is one: what may enter a package, `exclude` aside, without what `.dockerignore` leaves out. So neither git's ignored files nor
 * keys and `.env` files come to an engine.
 * @throws {VoxError} DEPLOY_INCOMPLETE, SECRET_FOUND and what files can be
 */
export async function buildContext(
  project: OpenProject,
  member: WorkspaceMember,
  { dockerfile, outputDirs, inspect }: BuildContextOptions,
  ports: FolderPorts,
): Promise<BuildContextFiles | undefined> {
  if (dockerfile === "") return undefined;
  const { manifest } = member;
  const whole = { path: member.path, manifest: { ...manifest, package: { ...manifest.package, exclude: [] } } };
  const { files, opened } = await listMemberFiles(project, whole, { symlinks: "keep", outputDirs }, ports);
  const path = dockerfile.replace(/^\.\//, "");
  if (!files.some((file) => file.kind === "file" && file.path === path)) throw missing(dockerfile);
  const rules = (await opened.folder.readRules(`${path}.dockerignore`)) ?? (await opened.folder.readRules(".dockerignore"));
  const ignored = dockerignore(rules ?? "");
  const sent = files.filter((file) => file.path === path || !ignored(file.path));
  const digested = await digestFiles(opened.reader, sent);
  const reader = provedReader(opened.reader, digested);
  const { name } = manifest.package;
  await inspect({ name, path: member.path, reader, files: digested, setId: setIdPaths(sent), capable: opened.capable });
  const bytes = await collectBytes(reader.open(path), { maxBytes: MAX_DOCKERFILE_BYTES, what: `\`${dockerfile}\`` });
  return {
    source: { path, text: Buffer.from(bytes).toString("utf8"), context: digested.filter((file) => file.path !== path) },
    content: projectContent(opened.reader, digested),
  };
}

/** Of the locked images, the base and those that the Dockerfile names. */
export function imagesUsed(
  locked: readonly LockedBaseImage[],
  { baseImage, buildArgs }: ContainerIntent,
  source: DockerfileSource | undefined,
): readonly LockedBaseImage[] {
  const named = source ? dockerfileImages(source.text, { BASE_IMAGE: baseImage, ...buildArgs }).images : [];
  const references = [baseImage, ...named.map(({ reference }) => reference)];
  return locked.filter((image) => references.some((reference) => sameImage(reference, image.reference)));
}

const missing = (dockerfile: string): VoxError =>
  new VoxError("DEPLOY_INCOMPLETE", `\`dockerfile\` names \`${dockerfile}\`, which is not a file of the project`, {
    hint: "see that neither `.gitignore` nor `.voxignore` hides it, or correct `dockerfile` in [deploy.container]",
  });

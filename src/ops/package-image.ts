import { join } from "node:path";
import { dockerArchive } from "../container/output/docker-archive.ts";
import { dockerfileFolder } from "../container/output/dockerfile-folder.ts";
import { writeLayout } from "../container/output/write-layout.ts";
import { streamOf } from "../core/byte-stream.ts";
import type { TransferSummary } from "../oci/copy.ts";
import { buildProjectImage, type ProjectImage } from "./build-project-image.ts";
import { imageResult, type ImageResult, NO_TRANSFER } from "./image-result.ts";
import { materializeProject, type MaterializeOptions } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { packageAirgap } from "./package-airgap.ts";
import { composeDesiredOf } from "./package-compose.ts";
import type { MaterializedProject } from "../project/materialized-project.ts";
import { outputsAt, type PackageFormat } from "./output-dirs.ts";
import type {
  CachePorts,
  EnginePorts,
  FolderPorts,
  GitPorts,
  ImagePorts,
  KeyPorts,
  OutputPorts,
  PolicyPorts,
  RegistryArchivePorts,
  RunPorts,
} from "./ports.ts";
import { refuseImageSecrets } from "./refuse-image-secrets.ts";
import { requireBaseSigners } from "./require-base-signers.ts";
import { type ImageSigning, keepStatements, openSigning, type SigningWish } from "./sign-image.ts";
import { imageSubject, type SbomFile, sbomFiles } from "./sbom-documents.ts";

export interface PackageOptions extends Omit<MaterializeOptions, "outputDirs"> {
  readonly format: PackageFormat;
  /** Absolute: the layout itself, or the folder of the archive (contracts, §8). */
  readonly outDir: string;
  /** Has the engine build its part of the image although nothing of it changed. */
  readonly anew: boolean;
  /** Signs the layout; absent leaves it unsigned. */
  readonly signing?: SigningWish;
}

type PackagePorts = RegistryArchivePorts &
  FolderPorts &
  CachePorts &
  GitPorts &
  ImagePorts &
  EnginePorts &
  KeyPorts &
  OutputPorts &
  PolicyPorts &
  RunPorts;

/**
 * Builds the image of a member and writes it into a folder, whole or not at all; no registry is written.
 * @throws {VoxError} as `materializeProject` and `buildProjectImage`, and CANNOT_WRITE
 */
export async function packageImage(project: OpenProject, options: PackageOptions, ports: PackagePorts): Promise<ImageResult> {
  const materialized = await materializeProject(project, { ...options, outputDirs: outputsAt(options.outDir) }, ports);
  const signing = await openSigning(options.signing, materialized.project, options.member.manifest.package.build, ports);
  const folder = memberDir(project, options.member);
  await requireBaseSigners(project, options, materialized.project, ports);
  const built = await buildProjectImage(
    materialized,
    {
      folder,
      offline: options.hold.offline,
      vendored: project.vendored,
      lower: options.format === "dockerfile" ? "left-out" : options.anew ? "anew" : "built",
    },
    ports,
  );
  await refuseImageSecrets(project, options.member, built.image, ports);
  const sboms = sbomFiles(imageSubject(materialized.project, built, ports));
  const written = await writeImage({ project, handoff: materialized.project, built, sboms, signing }, options, ports);
  return imageResult({ image: built.image, ...written, requests: ports.requestCount() });
}

interface Written {
  readonly reference: string;
  readonly transfer: TransferSummary;
  readonly out: string;
}

interface Finished {
  readonly project: OpenProject;
  readonly handoff: MaterializedProject;
  readonly built: ProjectImage;
  readonly sboms: readonly SbomFile[];
  readonly signing: ImageSigning | undefined;
}

async function writeImage(finished: Finished, options: PackageOptions, ports: PackagePorts): Promise<Written> {
  const { built, sboms, signing } = finished;
  const { plan, image } = built;
  const { outDir, environment } = options;
  const { signal, onEvent } = ports;
  switch (options.format) {
    case "compose":
      return writeCompose(finished, options, ports);
    case "airgap":
      return writeAirgap(finished, options, ports);
    case "oci-layout": {
      const fill = { tag: environment, signal, onEvent };
      const transfer = await ports.replaceLayout(outDir, async (layout) => {
        const written = await writeLayout(image, layout, fill);
        if (signing) {
          await keepStatements(ports.imageLayout(outDir), layout, image, { signal });
          await signing.attest(layout, built);
        }
        return written;
      });
      await writeSboms(sboms, outDir, ports);
      return { reference: `oci-layout:${outDir}:${environment}`, transfer, out: outDir };
    }
    case "dockerfile":
      return writeDockerfile(built, outDir, ports);
    case "docker-archive": {
      const out = join(outDir, `${plan.imageName}.tar`);
      const reference = `${plan.imageName}:${environment}`;
      await writeSboms(sboms, join(outDir, plan.imageName), ports);
      await ports.writeFile(out, dockerArchive(image, { platform: ports.hostPlatform, repoTags: [reference], signal }));
      return { reference, transfer: NO_TRANSFER, out };
    }
  }
}

/** Beside the image, never in it: a layout holds what the specification names, and nothing else. */
async function writeSboms(sboms: readonly SbomFile[], image: string, ports: OutputPorts): Promise<void> {
  for (const { suffix, text } of sboms) await ports.writeFile(`${image}${suffix}`, streamOf(Buffer.from(text)));
}

/** A hidden file by which the folder is known again as one of vox's. */
const DOCKERFILE_MARK = ".vox-dockerfile";

async function writeDockerfile({ plan, image }: ProjectImage, outDir: string, ports: PackagePorts): Promise<Written> {
  const { signal, onEvent, hostPlatform } = ports;
  const { files, leftovers } = await dockerfileFolder(image, plan, { platform: hostPlatform, signal });
  await ports.replaceFolder(outDir, DOCKERFILE_MARK, async (folder) => {
    await folder.addStream(DOCKERFILE_MARK, streamOf(Buffer.from("1\n")));
    for (const file of files)
      if (file.kind === "symlink") await folder.addLink(file.path, file.target);
      else await folder.addStream(file.path, file.content(), file);
  });
  if (leftovers.length > 0) {
    const message = `a Dockerfile cannot take away what is below: an image built of it keeps ${leftovers.join(", ")}`;
    onEvent({ kind: "warning", code: "DOCKERFILE_LEFTOVERS", message });
  }
  return { reference: outDir, transfer: NO_TRANSFER, out: outDir };
}

async function writeCompose(
  { project, handoff: { deploy }, built }: Finished,
  { member, outDir }: PackageOptions,
  ports: PackagePorts,
): Promise<Written> {
  const out = join(outDir, "compose.yaml");
  const { file, reference } = await composeDesiredOf({ built, deploy, member, folder: memberDir(project, member) }, ports);
  await ports.writeFile(out, streamOf(Buffer.from(file)));
  return { reference, transfer: NO_TRANSFER, out };
}

async function writeAirgap(
  { project, handoff: { deploy }, built, signing }: Finished,
  { member, outDir, environment }: PackageOptions,
  ports: PackagePorts,
): Promise<Written> {
  const out = join(outDir, `${built.plan.imageName}.tar`);
  const lock = (await project.files.readText("vox.lock")) ?? "";
  const packaging = { built, deploy, member, folder: memberDir(project, member), signing, lock, out };
  const transfer = await packageAirgap(packaging, ports);
  return { reference: `${built.plan.imageName}:${environment}`, transfer, out };
}

import { counted } from "../core/counted.ts";
import { packagesNamed } from "../attest/verify/check-layers.ts";
import type { TrustCheck } from "../attest/verify/evidence.ts";
import { firstDifference, listMembers } from "../attest/verify/list-members.ts";
import { EPOCH } from "../container/plan/image-plan.ts";
import { canonicalJson, type JsonValue } from "../core/canonical-json.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { parseImageConfig } from "../oci/parse-config.ts";
import { parseImageManifest } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { buildProjectImage, type ProjectImage } from "./build-project-image.ts";
import { type Check, madeCheck } from "./check.ts";
import type { LockHold } from "./lock-hold.ts";
import { materializeProject } from "./materialize-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import type { CachePorts, EnginePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import type { ReadImage, ReadPlatform } from "./read-image.ts";

/** The project that an image is to be built from again. */
export interface RebuildWish {
  readonly project: OpenProject;
  readonly member: WorkspaceMember;
  readonly environment: string;
  readonly hold: LockHold;
}

export type RebuildPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & EnginePorts & RunPorts;

/** Builds the image again from the project and compares it platform by platform, layer by layer, down to the first file that differs. Enforces `rebuild-same`. */
export async function rebuildChecks(
  { repository }: { readonly repository: ContentReader },
  image: ReadImage,
  wish: RebuildWish,
  ports: RebuildPorts,
): Promise<readonly TrustCheck[]> {
  let built: ProjectImage | undefined;
  const made = await madeCheck("rebuild", ports.signal, async () => {
    built = await rebuild(image, wish, ports);
    return `built again for \`${wish.environment}\``;
  });
  if (!built) return [restingOnContent(made)];
  const again = built;
  const checks: TrustCheck[] = [];
  for (const platform of image.platforms)
    checks.push(
      restingOnContent(
        await madeCheck(`rebuild ${platform.platform}`, ports.signal, () => samePlatform(repository, platform, again, ports)),
      ),
    );
  return checks;
}

const restingOnContent = (check: Check): TrustCheck => ({ ...check, restsOn: "content" });

/** With the time that the image says it was made at; nothing else of the clock is in it. */
async function rebuild(image: ReadImage, wish: RebuildWish, ports: RebuildPorts): Promise<ProjectImage> {
  const created = image.platforms[0]?.config.created ?? EPOCH;
  const { project, member } = wish;
  const materialized = await materializeProject(project, { ...wish, outputDirs: [] }, ports);
  const options = { folder: memberDir(project, member), offline: wish.hold.offline, vendored: project.vendored };
  return buildProjectImage(materialized, options, { ...ports, created });
}

async function samePlatform(
  theirs: ContentReader,
  platform: ReadPlatform,
  { image }: ProjectImage,
  { signal }: RebuildPorts,
): Promise<string> {
  const found = image.platforms.find((entry) => entry.platform === platform.platform);
  if (!found) throw differs("the rebuild has no such platform");
  if (found.manifest.digest === platform.manifest.digest) return `the same manifest \`${found.manifest.digest}\``;
  const what = "the rebuilt manifest";
  const document = parseImageManifest(await readContent(image.reader, found.manifest, { signal }), { what });
  const config = parseImageConfig(await readContent(image.reader, document.config, { signal }), "the rebuilt config");
  const [had, made] = [platform.config.rootfs.diff_ids, config.rootfs.diff_ids];
  const at = made.findIndex((diffId, index) => diffId !== had[index]);
  const [left, right] = [platform.document.layers[at], document.layers[at]];
  if (at >= 0 && left && right) {
    const file = firstDifference(await listed(theirs, left, signal), await listed(image.reader, right, signal));
    throw differs(`${layerName(right, at)} differs: ${file ?? "its members are the same, and their order or form is not"}`);
  }
  if (made.length !== had.length) throw differs(`it has ${counted(had.length, "layer")}, and ${made.length} when rebuilt`);
  const blob = document.layers.findIndex(({ digest }, index) => digest !== platform.document.layers[index]?.digest);
  if (blob >= 0) throw differs(`${layerName(document.layers[blob], blob)} holds the same and is compressed otherwise`);
  throw differs(`its layers are the same; ${otherKey(platform, { document, config })}`);
}

const listed = (reader: ContentReader, { mediaType, digest, size }: Descriptor, signal: AbortSignal) => {
  const plain = { mediaType, digest, size };
  return listMembers(reader.fetch(plain, { signal }), plain);
};

const layerName = (layer: Descriptor | undefined, at: number): string =>
  `layer ${at + 1} (${(layer && packagesNamed(layer).join(", ")) || "of the base"})`;

/** The first member of the config in which the two part, else of the manifest. */
function otherKey({ config, document }: ReadPlatform, made: Pick<ReadPlatform, "config" | "document">): string {
  const key = firstOtherKey({ ...config, ...config.config }, { ...made.config, ...made.config.config });
  if (key !== undefined) return `\`${key}\` of the config differs`;
  return `\`${firstOtherKey(document, made.document) ?? "something"}\` of the manifest differs`;
}

function firstOtherKey(left: object, right: object): string | undefined {
  const [had, made] = [plain(left), plain(right)];
  const keys = [...new Set([...Object.keys(had), ...Object.keys(made)])]
    .filter((key) => key !== "config" && key !== "history")
    .sort();
  return keys.find((key) => canonicalJson(had[key] ?? null) !== canonicalJson(made[key] ?? null));
}

const plain = (value: object): Readonly<Record<string, JsonValue>> => JSON.parse(JSON.stringify(value));

const differs = (message: string): VoxError => new VoxError("CONTENT_MISMATCH", message);

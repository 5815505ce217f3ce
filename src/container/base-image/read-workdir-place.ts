import { decompressLayer } from "../../archive/decompress.ts";
import { foreignMembers } from "../../archive/foreign-members.ts";
import type { FolderFacts } from "../../archive/tar-entry.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { digestOf } from "../../core/digest.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { WorkdirPlace } from "../plan/workdir-place.ts";
import type { BaseImage, FactMemory } from "./base-image.ts";
import { BaseTree } from "./base-tree.ts";
import { compressionOf } from "./layer-compression.ts";

export interface PlaceOptions extends TransferOptions {
  readonly workdir: string;
  /** Keeps what was learnt, so that a base is read once. */
  readonly facts?: FactMemory;
}

/**
 * Where a workdir lies on a base, and how the directories above it are. This is the one thing that the base's documents do not tell: its
 * layers are read, and nothing of them is kept but the answer.
 * @throws {VoxError} ARCHIVE_INVALID, BASE_IMAGE_UNUSABLE, COMPRESSION_UNSUPPORTED, CONTENT_MISMATCH, CONTENT_MISSING
 */
export async function readWorkdirPlace(base: BaseImage, { workdir, facts, ...options }: PlaceOptions): Promise<WorkdirPlace> {
  const layers = base.layers.map(({ digest }) => digest);
  const key = `workdir-place/1 ${digestOf(canonicalJson({ layers, workdir }))}`;
  const known = parsePlace(await facts?.fact(key));
  if (known) return known;
  const tree = new BaseTree();
  for (const layer of base.layers) {
    await tree.add(foreignMembers(tarOf(layer, base, options)));
  }
  const place = tree.place(workdir);
  // A loss costs reading the base again.
  await facts?.keepFact(key, formatPlace(place)).catch(() => undefined);
  return place;
}

function tarOf(layer: Descriptor, { reader }: BaseImage, options: TransferOptions): ByteStream {
  try {
    return decompressLayer(reader.fetch(layer, options), compressionOf(layer));
  } catch (error) {
    if (!isVoxError(error, "COMPRESSION_UNSUPPORTED")) throw error;
    throw new VoxError("COMPRESSION_UNSUPPORTED", "this Node cannot read the base image's layers, which are zstd", {
      hint: "run vox on Node 22.15 or newer, or choose a `workdir` such as `/app`",
      cause: error,
    });
  }
}

/** A line for the workdir, then one for each directory: mode, owner, path. */
const formatPlace = ({ workdir, above }: WorkdirPlace): string =>
  [workdir, ...above.map(({ mode, owner, path }) => `${mode.toString(8)} ${owner.uid}:${owner.gid} ${path}`)].join("\n");

/** `undefined` for what was not written by `formatPlace`. */
function parsePlace(text: string | undefined): WorkdirPlace | undefined {
  const [workdir, ...lines] = text?.split("\n") ?? [];
  const above = lines.flatMap((line): readonly FolderFacts[] => {
    const [, mode = "", uid, gid, path = ""] = /^([0-7]+) (\d+):(\d+) (.+\/)$/.exec(line) ?? [];
    return path === "" ? [] : [{ path, mode: Number.parseInt(mode, 8), owner: { uid: Number(uid), gid: Number(gid) } }];
  });
  return workdir?.startsWith("/") && above.length === lines.length ? { workdir, above } : undefined;
}

import type { Digest } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, ContentStore, Repository, TransferOptions } from "../../oci/content-store.ts";
import { copyGraph, NOTHING_TRANSFERRED, type TransferSummary } from "../../oci/copy.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { digestsReachableFrom } from "../../oci/graph.ts";
import { unionReader } from "../../oci/union-reader.ts";
import type { Image } from "../build/image.ts";
import { manifestsOf } from "../build/image-graph.ts";
import { isSameImage } from "./standing-image.ts";

export interface PublishOptions extends TransferOptions {
  /** Tags that move, the environment's first: what it names now is where the push begins. */
  readonly tags: readonly string[];
  /** The first of them is set later, by whoever makes the image run. */
  readonly environmentTagLater?: boolean;
  /** Those of them that are set even where the environment's tag names the same content already. */
  readonly askedTags?: readonly string[];
  /** Tags that do not move: one that names other content already stops the push before it begins. */
  readonly fixedTags?: readonly string[];
  /** Pushes this very index, also where what stands there is the same image with other facts of its commit. */
  readonly exactly?: boolean;
  /** The repository of the same host that should hold a blob; see `mountSources`. */
  readonly mountFrom?: ReadonlyMap<Digest, string>;
  /** Transfers at one time. */
  readonly concurrency?: number;
  /** Keeps the small documents of what was published, so that the next push need not read them back. */
  readonly documents?: ContentStore;
  readonly onEvent?: EventSink;
  /** Called when the image is there and the environment's tag does not name it yet; a failure leaves the tags as they were. */
  readonly beforeTags?: (root: Descriptor) => Promise<void>;
}

export interface PublishedImage {
  /** The index's, now in the registry: of an earlier commit where that changed nothing in the image. */
  readonly digest: Digest;
  /** Whether the environment's tag named something else. */
  readonly changed: boolean;
  readonly transfer: TransferSummary;
}

/**
 * Pushes an image: blobs, manifests, index, then tags, so that no tag names half an image (contracts, §7 "Tags"), nor one that a registry took and lost.
 * @throws {VoxError} VERSION_EXISTS, CONTENT_MISSING, PUBLISH_RACE, and what the repository throws
 */
export async function publishImage(
  image: Pick<Image, "root" | "reader">,
  repository: Repository,
  options: PublishOptions,
): Promise<PublishedImage> {
  const { root } = image;
  const transferOptions = signalOf(options);
  await refuseOtherContent(root, repository, options);
  const current = options.tags[0] === undefined ? undefined : await repository.resolve(options.tags[0], transferOptions);
  if (current && current.digest !== root.digest && (await isStanding(image, repository, current, options)))
    return keepStanding(current, repository, options);
  const changed = current?.digest !== root.digest;
  const transfer = changed ? await push(image, repository, current, options) : { ...NOTHING_TRANSFERRED, skipped: 1 };
  if (changed) await Promise.all([requireHeld(root, repository, transferOptions), options.beforeTags?.(root)]);
  await setTags(root, repository, { ...options, changed });
  if (options.documents) await keepDocuments(image, options.documents, transferOptions);
  return { digest: root.digest, changed, transfer };
}

/** The environment's first: when it moves, the image is deployed. */
async function setTags(
  root: Descriptor,
  repository: Repository,
  { changed, tags, fixedTags = [], environmentTagLater, ...options }: PublishOptions & { readonly changed: boolean },
): Promise<void> {
  const transferOptions = signalOf(options);
  const [environment, ...others] = tags;
  if (changed && environment !== undefined && !environmentTagLater) await repository.tag(root, environment, transferOptions);
  await Promise.all([
    ...others.map((tag) => setTag(repository, root, tag, { ...transferOptions, changed })),
    ...fixedTags.map((tag) => repository.tag(root, tag, { ...transferOptions, onlyNew: true })),
  ]);
}

/** What names the image already is left alone, as long as the environment's tag says that it may. */
async function setTag(
  repository: Repository,
  root: Descriptor,
  tag: string,
  { changed, ...options }: TransferOptions & { readonly changed: boolean },
): Promise<void> {
  if (!changed && (await repository.resolve(tag, options))?.digest === root.digest) return;
  await repository.tag(root, tag, options);
}

/** Nobody is told a digest because a registry said `201`: it is asked for what it holds (contracts, §7). */
async function requireHeld({ digest, size }: Descriptor, repository: Repository, options: TransferOptions): Promise<void> {
  const held = await repository.resolve(digest, options);
  if (held?.size === size) return;
  throw new VoxError(
    "CONTENT_MISSING",
    held
      ? `the registry says that \`${digest}\` has ${held.size} bytes`
      : `the registry took \`${digest}\` and does not have it`,
    { hint: "run the command again; nothing that is there is sent twice" },
  );
}

function isStanding(
  image: Pick<Image, "root" | "reader">,
  repository: Repository,
  current: Descriptor,
  options: PublishOptions,
): Promise<boolean> {
  return options.exactly || (options.fixedTags ?? []).length > 0
    ? Promise.resolve(false)
    : isSameImage(image, current, knownReader(repository, options), signalOf(options));
}

/** Nothing is pushed; the tags that were asked for name what stands there. */
async function keepStanding(current: Descriptor, repository: Repository, options: PublishOptions): Promise<PublishedImage> {
  const transferOptions = signalOf(options);
  for (const tag of options.askedTags ?? []) await setTag(repository, current, tag, { ...transferOptions, changed: false });
  return { digest: current.digest, changed: false, transfer: NOTHING_TRANSFERRED };
}

async function refuseOtherContent(root: Descriptor, repository: Repository, options: PublishOptions): Promise<void> {
  for (const tag of options.fixedTags ?? []) {
    const existing = await repository.resolve(tag, signalOf(options));
    if (!existing || existing.digest === root.digest) continue;
    throw new VoxError(
      "VERSION_EXISTS",
      `tag \`${tag}\` names \`${existing.digest}\` already, and this image is \`${root.digest}\``,
    );
  }
}

async function push(
  image: Pick<Image, "root" | "reader">,
  repository: Repository,
  current: Descriptor | undefined,
  options: PublishOptions,
): Promise<TransferSummary> {
  const { mountFrom, concurrency, onEvent } = options;
  const present = current && (await presentContent(repository, current, options));
  return copyGraph(image.reader, repository, image.root, {
    ...signalOf(options),
    ...(present && { present }),
    ...(mountFrom && { mountFrom: ({ digest }) => [mountFrom.get(digest)].filter((source) => source !== undefined) }),
    ...(concurrency !== undefined && { concurrency }),
    ...(onEvent && { onEvent }),
  });
}

/** What the environment's tag reaches is in the repository, and most of it is in the new image too. */
function presentContent(repository: Repository, current: Descriptor, options: PublishOptions): Promise<ReadonlySet<Digest>> {
  return digestsReachableFrom(knownReader(repository, options), current, signalOf(options));
}

const knownReader = (repository: Repository, { documents }: PublishOptions): ContentReader =>
  documents ? unionReader([documents, repository]) : repository;

async function keepDocuments(
  { root, reader }: Pick<Image, "root" | "reader">,
  documents: ContentStore,
  options: TransferOptions,
): Promise<void> {
  for (const descriptor of await manifestsOf(reader, root, options)) {
    if (!(await documents.exists(descriptor, options)))
      await documents.push(descriptor, reader.fetch(descriptor, options), options);
  }
}

const signalOf = ({ signal }: TransferOptions): TransferOptions => (signal ? { signal } : {});

import { contentOf } from "../container/build/image-graph.ts";
import { publishImage } from "../container/publish/publish-image.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";
import { layoutMountSources, type LayoutMountWish } from "../container/publish/layout-mounts.ts";
import { mountRepositories } from "../container/publish/mount-sources.ts";
import type { Repository } from "../oci/content-store.ts";
import { addTransfers, NOTHING_TRANSFERRED, type TransferSummary } from "../oci/copy.ts";
import { copyReferrers, subjectsOf } from "../oci/copy-referrers.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { tagOf, untagged } from "../oci/layout-index.ts";
import { isManifestType } from "../oci/media-types.ts";
import { readContent } from "../oci/read-content.ts";
import { formatRepository, type ImageReference } from "../oci/reference.ts";
import { referrerOf } from "../oci/referrers.ts";
import type { CachePorts, ImagePorts, RegistryPorts, RunPorts } from "./ports.ts";
import { attachmentsOf, type LayoutEntry, type PlannedImage, planPush, type PushWish } from "./push-plan.ts";

export interface PushOptions extends PushWish {
  /** Absolute. */
  readonly dir: string;
  /** Proves the layout, and says what would be pushed. */
  readonly dryRun: boolean;
}

export interface PushedImage {
  readonly reference: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly tags: readonly string[];
  /** What is attached to it, and to that. */
  readonly referrers: number;
}

export interface PushResult {
  readonly repository: string;
  readonly images: readonly PushedImage[];
  readonly transfer: TransferSummary & { readonly requests: number };
  /** False with `--dry-run`. */
  readonly pushed: boolean;
}

type PushPorts = Pick<ImagePorts, "holdsLayout" | "imageLayout" | "layoutEntries" | "imageRepository" | "requestCount"> &
  Pick<CachePorts, "facts"> &
  Pick<RegistryPorts, "defaultRegistry"> &
  RunPorts;

const READS_AT_ONCE = 4;

/**
 * Pushes images of a layout with all that is attached to them: content, then referrers, then tags (contracts, §8). A layout from which
 * something is missing is refused before anything is sent.
 * @throws {VoxError} OCI_INVALID, CONTENT_MISSING, CONTENT_MISMATCH, USAGE, and what the repository throws
 */
export async function pushLayout(options: PushOptions, ports: PushPorts): Promise<PushResult> {
  const { dir, to, layout: name, dryRun } = options;
  const { signal } = ports;
  if (!(await ports.holdsLayout(dir))) {
    throw new VoxError("OCI_INVALID", `\`${name}\` is no image layout: it has no \`oci-layout\``, {
      hint: "run `vox package`, which writes one",
    });
  }
  const layout = ports.imageLayout(dir);
  const entries = await readEntries(await ports.layoutEntries(dir), layout, signal);
  const images = planPush(entries, options);
  const wanted = await Promise.all(images.map((image) => withAttachments(image, entries, layout, signal)));
  await requireContent(layout, wanted, { name, dryRun, signal });
  const repository = formatRepository(to);
  const pushed: Attached[] = [];
  for (const image of wanted)
    pushed.push(dryRun ? planned(image, repository, ports) : await pushImage(image, layout, to, ports));
  return {
    repository,
    images: wanted.map(({ image: { root, tags } }, index) => ({
      reference: `${repository}@${root.digest}`,
      digest: root.digest,
      mediaType: root.mediaType,
      tags,
      referrers: pushed[index]?.count ?? 0,
    })),
    transfer: {
      ...pushed.map(({ transfer }) => transfer).reduce(addTransfers, NOTHING_TRANSFERRED),
      requests: ports.requestCount(),
    },
    pushed: !dryRun,
  };
}

interface WantedImage {
  readonly image: PlannedImage;
  /** The image, and the manifests of its platforms. */
  readonly subjects: readonly Descriptor[];
  readonly referrers: readonly Descriptor[];
  /** Signatures of the older kind, by their tags. */
  readonly attachments: readonly PlannedImage[];
}

interface Attached {
  readonly count: number;
  readonly transfer: TransferSummary;
}

function readEntries(listed: readonly Descriptor[], layout: Repository, signal: AbortSignal): Promise<readonly LayoutEntry[]> {
  return mapConcurrent(listed, READS_AT_ONCE, async (entry) => {
    const tag = tagOf(entry);
    const descriptor = plain(untagged(entry));
    if (tag !== undefined || !isManifestType(entry.mediaType)) return { descriptor, ...(tag !== undefined && { tag }) };
    const referrer = referrerOf(descriptor, await readContent(layout, descriptor, { signal }));
    return { descriptor, ...(referrer && { subject: referrer.subject }) };
  });
}

async function withAttachments(
  image: PlannedImage,
  entries: readonly LayoutEntry[],
  layout: Repository,
  signal: AbortSignal,
): Promise<WantedImage> {
  const subjects = await subjectsOf(layout, image.root, { signal });
  const digests = new Set(subjects.map(({ digest }) => digest));
  // What is attached to a referrer comes with it.
  const referrers: Descriptor[] = [];
  for (let found = -1; found !== referrers.length;) {
    found = referrers.length;
    for (const { descriptor, subject } of entries) {
      if (subject === undefined || !digests.has(subject) || digests.has(descriptor.digest)) continue;
      digests.add(descriptor.digest);
      referrers.push(descriptor);
    }
  }
  return { image, subjects, referrers, attachments: attachmentsOf(entries, [...digests]) };
}

interface ContentCheck {
  readonly name: string;
  /** Reads every blob to its end. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Finds out before the first request whether all is there. */
async function requireContent(layout: Repository, wanted: readonly WantedImage[], { name, dryRun, signal }: ContentCheck) {
  const roots = wanted.flatMap(({ image, referrers, attachments }) =>
    [image, ...attachments].map(({ root }) => root).concat(referrers),
  );
  const content = (await Promise.all(roots.map((root) => contentOf(layout, root, { signal })))).flat();
  const unique = new Map(content.map((descriptor) => [descriptor.digest, descriptor]));
  await mapConcurrent([...unique.values()], READS_AT_ONCE, async (descriptor) => {
    if (!(await layout.exists(descriptor, { signal })))
      throw new VoxError("CONTENT_MISSING", `the layout \`${name}\` lacks \`${descriptor.digest}\`, or has it in another size`);
    if (!dryRun) return;
    for await (const _ of layout.fetch(descriptor, { signal }));
  });
}

async function pushImage(
  { image, subjects, attachments }: WantedImage,
  layout: Repository,
  to: ImageReference,
  ports: PushPorts,
): Promise<Attached> {
  const { signal, onEvent } = ports;
  const { root, tags } = image;
  const mountFrom = await layoutMountSources(layout, root, await mountWish(root, to, ports));
  const store = ports.imageRepository(to, { access: "push", mountFrom: mountRepositories(mountFrom) });
  const options = { signal, onEvent };
  let copying: Promise<Attached> | undefined;
  const attach = () => (copying ??= copyReferrers(layout, store, subjects, options));
  const beforeTags = async () => void (await attach());
  const pushing = { ...options, tags, exactly: true, mountFrom, beforeTags };
  const { transfer } = await publishImage({ root, reader: layout }, store, pushing);
  const attached = await attach();
  let sum = addTransfers(transfer, attached.transfer);
  for (const attachment of attachments) {
    const signed = { root: attachment.root, reader: layout };
    const sent = await publishImage(signed, store, { ...options, tags: attachment.tags, exactly: true });
    sum = addTransfers(sum, sent.transfer);
  }
  // Without the note, another push sends more.
  await ports.facts.keepFact(pushedKey(root, to), to.repository).catch(() => undefined);
  return { count: attached.count + attachments.length, transfer: sum };
}

/** What is known here of where the image's blobs are. */
async function mountWish(root: Descriptor, to: ImageReference, ports: PushPorts): Promise<LayoutMountWish> {
  const { defaultRegistry, facts, signal } = ports;
  const pushedTo = await facts.fact(pushedKey(root, to));
  const packages = defaultRegistry.kind === "oci" ? defaultRegistry : undefined;
  return { to, packages, signal, ...(pushedTo !== to.repository && { pushedTo }) };
}

const pushedKey = ({ digest }: Descriptor, { registry }: ImageReference): string => `image ${digest} at ${registry}`;

function planned({ image, referrers, attachments }: WantedImage, repository: string, { onEvent }: RunPorts): Attached {
  const names = image.tags.map((tag) => `\`${tag}\``).join(", ");
  const tagging = names === "" ? "" : ` with the tags ${names}`;
  onEvent({ kind: "step", message: `would push \`${repository}@${image.root.digest}\`${tagging}` });
  return { count: referrers.length + attachments.length, transfer: NOTHING_TRANSFERRED };
}

const plain = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });

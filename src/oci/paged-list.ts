import { collectBytes } from "../core/byte-stream.ts";
import { type JsonCursor, parseJson } from "../core/json-cursor.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import { bodyOf, readRefusal } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import type { HttpResponse } from "./transport.ts";

const MAX_PAGES = 1000;
const MAX_ENTRIES = 200_000;
/** Pages without a new entry, after which the list is taken for endless. */
const MAX_IDLE_PAGES = 8;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** One page of a list, as a registry gave it under an entity tag (RFC 9110, §8.8.3). */
export interface ListPage<T = string> {
  readonly etag: string;
  readonly entries: readonly T[];
  /** Path and query of the page after it. */
  readonly next?: string;
}

/** Remembers pages by their address, so that an unchanged one is not sent again. */
export interface PageMemory<T = string> {
  recall(address: string): Promise<ListPage<T> | undefined>;
  remember(address: string, page: ListPage<T>): Promise<void>;
}

export interface PagedList<T> extends Pick<RegistryRequest, "scopes" | "signal"> {
  /** Path and query of the first page. */
  readonly path: string;
  /** The entries of a page. */
  readonly entriesOf: (json: JsonCursor) => readonly T[];
  /** What tells entries apart, and sorts them. */
  readonly keyOf: (entry: T) => string;
  /** For complaints: "tags of `a/b`". */
  readonly what: string;
  /** Whether an answer says that there is no such list; 404 unless said. */
  readonly isAbsent?: (response: HttpResponse) => boolean;
  readonly memory?: PageMemory<T>;
}

/**
 * Every entry of a list that a registry gives by pages (RFC 8288), sorted; `undefined` when it does not exist.
 * @throws {VoxError} REGISTRY_UNAVAILABLE also when the list does not end
 */
export async function readPagedList<T>(client: RegistryClient, list: PagedList<T>): Promise<readonly T[] | undefined> {
  const entries = new Map<string, T>();
  let url: URL | undefined = client.address(list.path);
  let idlePages = 0;
  for (let pages = 0; url !== undefined; pages += 1) {
    if (pages === MAX_PAGES || entries.size > MAX_ENTRIES || idlePages > MAX_IDLE_PAGES) {
      throw new VoxError("REGISTRY_UNAVAILABLE", `\`${client.origin.host}\` gives ${list.what} without end`);
    }
    const page: Page<T> | undefined = await readPage(client, list, url);
    if (!page) return pages === 0 ? undefined : sorted(entries);
    const known = entries.size;
    for (const entry of page.entries) entries.set(list.keyOf(entry), entry);
    if (entries.size === known) idlePages += 1;
    url = page.next === undefined ? undefined : client.address(page.next);
  }
  return sorted(entries);
}

const sorted = <T>(entries: ReadonlyMap<string, T>): readonly T[] =>
  sortedByUtf8(entries, ([key]) => key).map(([, entry]) => entry);

const notFound = ({ status }: HttpResponse): boolean => status === 404;

type Page<T> = Omit<ListPage<T>, "etag">;

async function readPage<T>(client: RegistryClient, list: PagedList<T>, url: URL): Promise<Page<T> | undefined> {
  const { scopes, signal, memory } = list;
  const remembered = await memory?.recall(url.href);
  const request: RegistryRequest = {
    method: "GET",
    url,
    scopes,
    ...(signal && { signal }),
    ...(remembered && { headers: { "if-none-match": remembered.etag } }),
  };
  const response = await client.send(request);
  const unchanged = response.status === 304 ? remembered : undefined;
  if (unchanged || (list.isAbsent ?? notFound)(response)) {
    await response.discard();
    return unchanged;
  }
  const call = client.call(request);
  if (response.status !== 200) throw (await readRefusal(response, call)).error;
  const what = `the list of ${list.what} of \`${call.host}\``;
  const bytes = await collectBytes(bodyOf(response, call), { maxBytes: MAX_PAGE_BYTES, what });
  const entries = list.entriesOf(parseJson(bytes, { code: "REGISTRY_UNAVAILABLE", what }));
  const next = nextPage(response, url);
  const page = { entries, ...(next !== undefined && { next }) };
  const etag = response.header("etag");
  if (etag !== undefined) await memory?.remember(url.href, { etag, ...page });
  return page;
}

/** The next page, asked of the same registry whatever host the link names. */
function nextPage(response: HttpResponse, current: URL): string | undefined {
  const target = nextLink(response.header("link") ?? "");
  if (target === undefined || !URL.canParse(target, current.href)) return undefined;
  const { pathname, search } = new URL(target, current);
  return `${pathname}${search}`;
}

/** The target of the link whose `rel` is `next`. */
export function nextLink(header: string): string | undefined {
  for (const [, target, parameters = ""] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?next"?/i.test(parameters)) return target;
  }
  return undefined;
}

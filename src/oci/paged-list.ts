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
export interface ListPage {
  readonly etag: string;
  readonly entries: readonly string[];
  /** Path and query of the page after it. */
  readonly next?: string;
}

/** Remembers pages by their address, so that an unchanged one is not sent again. */
export interface PageMemory {
  recall(address: string): Promise<ListPage | undefined>;
  remember(address: string, page: ListPage): Promise<void>;
}

export interface PagedList extends Pick<RegistryRequest, "scopes" | "signal"> {
  /** Path and query of the first page. */
  readonly path: string;
  /** The member that holds a page's entries. */
  readonly member: string;
  /** For complaints: "tags of `a/b`". */
  readonly what: string;
  readonly memory?: PageMemory;
}

/**
 * Every entry of a list that a registry gives by pages (RFC 8288), sorted; none when it does not exist.
 * @throws {VoxError} REGISTRY_UNAVAILABLE also when the list does not end
 */
export async function readPagedList(client: RegistryClient, list: PagedList): Promise<readonly string[]> {
  const entries = new Set<string>();
  let url: URL | undefined = client.address(list.path);
  let idlePages = 0;
  for (let pages = 0; url !== undefined; pages += 1) {
    if (pages === MAX_PAGES || entries.size > MAX_ENTRIES || idlePages > MAX_IDLE_PAGES) {
      throw new VoxError("REGISTRY_UNAVAILABLE", `\`${client.origin.host}\` gives ${list.what} without end`);
    }
    const page = await readPage(client, list, url);
    const known = entries.size;
    for (const entry of page.entries) entries.add(entry);
    if (entries.size === known) idlePages += 1;
    url = page.next === undefined ? undefined : client.address(page.next);
  }
  return sortedByUtf8(entries, (entry) => entry);
}

async function readPage(client: RegistryClient, list: PagedList, url: URL): Promise<Omit<ListPage, "etag">> {
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
  if (response.status === 404 || (response.status === 304 && remembered)) {
    await response.discard();
    return response.status === 304 && remembered ? remembered : { entries: [] };
  }
  const call = client.call(request);
  if (response.status !== 200) throw (await readRefusal(response, call)).error;
  const what = `the list of ${list.what} of \`${call.host}\``;
  const bytes = await collectBytes(bodyOf(response, call), { maxBytes: MAX_PAGE_BYTES, what });
  const entries = entriesOf(parseJson(bytes, { code: "REGISTRY_UNAVAILABLE", what }), list.member);
  const next = nextPage(response, url);
  const page = { entries, ...(next !== undefined && { next }) };
  const etag = response.header("etag");
  if (etag !== undefined) await memory?.remember(url.href, { etag, ...page });
  return page;
}

const entriesOf = (json: JsonCursor, member: string): readonly string[] => json.at(member).present?.strings() ?? [];

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

import { collectBytes } from "../core/byte-stream.ts";
import { parseJson } from "../core/json-cursor.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import { bodyOf, readRefusal } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import type { HttpResponse } from "./transport.ts";

const PAGE_SIZE = 1000;
const MAX_PAGES = 1000;
const MAX_TAGS = 200_000;
/** Pages without a new tag, after which the list is taken for endless. */
const MAX_IDLE_PAGES = 8;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Every tag of a repository, sorted; none when it does not exist (distribution-spec, "Listing Tags").
 * @throws {VoxError} REGISTRY_UNAVAILABLE also when the list does not end
 */
export async function listTags(
  client: RegistryClient,
  repository: string,
  options: Pick<RegistryRequest, "scopes" | "signal">,
): Promise<readonly string[]> {
  const tags = new Set<string>();
  let url: URL | undefined = client.address(`/v2/${repository}/tags/list?n=${PAGE_SIZE}`);
  let idlePages = 0;
  for (let pages = 0; url !== undefined; pages += 1) {
    if (pages === MAX_PAGES || tags.size > MAX_TAGS || idlePages > MAX_IDLE_PAGES) {
      throw new VoxError("REGISTRY_UNAVAILABLE", `\`${client.origin.host}/${repository}\` lists tags without end`);
    }
    const request: RegistryRequest = { method: "GET", url, ...options };
    const response = await client.send(request);
    const known = tags.size;
    for (const tag of await readPage(client, request, response)) tags.add(tag);
    if (tags.size === known) idlePages += 1;
    url = nextPage(client, response, url);
  }
  return sortedByUtf8(tags, (tag) => tag);
}

async function readPage(client: RegistryClient, request: RegistryRequest, response: HttpResponse): Promise<readonly string[]> {
  const call = client.call(request);
  if (response.status === 404) {
    await response.discard();
    return [];
  }
  if (response.status !== 200) throw (await readRefusal(response, call)).error;
  const what = `the tag list of \`${call.host}\``;
  const bytes = await collectBytes(bodyOf(response, call), { maxBytes: MAX_PAGE_BYTES, what });
  return parseJson(bytes, { code: "REGISTRY_UNAVAILABLE", what }).at("tags").present?.strings() ?? [];
}

/** The next page (RFC 8288), asked of the same registry whatever host the link names. */
function nextPage(client: RegistryClient, response: HttpResponse, current: URL): URL | undefined {
  const target = nextLink(response.header("link") ?? "");
  if (response.status !== 200 || target === undefined || !URL.canParse(target, current.href)) return undefined;
  const { pathname, search } = new URL(target, current);
  return client.address(`${pathname}${search}`);
}

/** The target of the link whose `rel` is `next`. */
export function nextLink(header: string): string | undefined {
  for (const [, target, parameters = ""] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?next"?/i.test(parameters)) return target;
  }
  return undefined;
}

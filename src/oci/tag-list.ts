import type { JsonCursor } from "../core/json-cursor.ts";
import { type PagedList, type PageMemory, readPagedList } from "./paged-list.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import type { TokenScopes } from "./token-scope.ts";

const PAGE_SIZE = 1000;

export interface TagListOptions extends Pick<RegistryRequest, "scopes" | "signal"> {
  readonly memory?: PageMemory;
}

/**
 * Every tag of a repository, sorted; none when it does not exist (distribution-spec, "Listing Tags").
 * @throws {VoxError} REGISTRY_UNAVAILABLE also when the list does not end
 */
export const listTags = async (
  client: RegistryClient,
  repository: string,
  options: TagListOptions,
): Promise<readonly string[]> =>
  (await readNames(client, "tags", {
    path: `/v2/${repository}/tags/list?n=${PAGE_SIZE}`,
    what: `the tags of \`${repository}\``,
    ...options,
  })) ?? [];

const CATALOG_SCOPES: TokenScopes = new Map([["registry:catalog", new Set(["*"])]]);

/** Not found, not allowed, not implemented: registries say in all these ways that they have no catalog. */
const NO_CATALOG: ReadonlySet<number> = new Set([404, 405, 501]);

/**
 * The repositories of a registry, sorted; `undefined` where it does not tell: the catalog is an extension that few public registries have.
 * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export const listRepositories = (client: RegistryClient, signal?: AbortSignal): Promise<readonly string[] | undefined> =>
  readNames(client, "repositories", {
    path: `/v2/_catalog?n=${PAGE_SIZE}`,
    what: "its catalog",
    scopes: CATALOG_SCOPES,
    isAbsent: ({ status }) => NO_CATALOG.has(status),
    ...(signal && { signal }),
  });

/** A list of names that stands in one member of each page. */
const readNames = async (
  client: RegistryClient,
  member: string,
  list: Omit<PagedList<string>, "entriesOf" | "keyOf">,
): Promise<readonly string[] | undefined> => {
  const entriesOf = (json: JsonCursor): readonly string[] => json.at(member).present?.strings() ?? [];
  return readPagedList(client, { ...list, entriesOf, keyOf: (name) => name });
};

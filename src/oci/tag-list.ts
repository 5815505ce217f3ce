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
export const listTags = (client: RegistryClient, repository: string, options: TagListOptions): Promise<readonly string[]> =>
  readNames(client, "tags", {
    path: `/v2/${repository}/tags/list?n=${PAGE_SIZE}`,
    what: `the tags of \`${repository}\``,
    ...options,
  });

const CATALOG_SCOPES: TokenScopes = new Map([["registry:catalog", new Set(["*"])]]);

/**
 * The repositories of a registry, sorted, as far as it tells: the catalog is an extension that few public registries have.
 * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export const listRepositories = (client: RegistryClient, signal?: AbortSignal): Promise<readonly string[]> =>
  readNames(client, "repositories", {
    path: `/v2/_catalog?n=${PAGE_SIZE}`,
    what: "its catalog",
    scopes: CATALOG_SCOPES,
    ...(signal && { signal }),
  });

/** A list of names that stands in one member of each page; one that does not exist is empty. */
const readNames = async (
  client: RegistryClient,
  member: string,
  list: Omit<PagedList<string>, "entriesOf" | "keyOf">,
): Promise<readonly string[]> => {
  const entriesOf = (json: JsonCursor): readonly string[] => json.at(member).present?.strings() ?? [];
  return (await readPagedList(client, { ...list, entriesOf, keyOf: (name) => name })) ?? [];
};

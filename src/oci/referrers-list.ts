import type { Digest } from "../core/digest.ts";
import type { ReferrerOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { MEDIA_TYPE } from "./media-types.ts";
import { readPagedList } from "./paged-list.ts";
import { parseDescriptor } from "./parse-descriptor.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import type { HttpResponse } from "./transport.ts";

export interface ReferrersListOptions extends ReferrerOptions, Pick<RegistryRequest, "scopes"> {}

/**
 * What a registry lists as attached to a subject; `undefined` when it has no such API (distribution-spec, "Listing Referrers").
 * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OCI_INVALID
 */
export function listReferrers(
  client: RegistryClient,
  repository: string,
  subject: Digest,
  { artifactType, ...request }: ReferrersListOptions,
): Promise<readonly Descriptor[] | undefined> {
  const query = artifactType === undefined ? "" : `?${new URLSearchParams({ artifactType })}`;
  return readPagedList(client, {
    path: `/v2/${repository}/referrers/${subject}${query}`,
    entriesOf: (json) => json.at("manifests").present?.list(parseDescriptor) ?? [],
    keyOf: ({ digest }) => digest,
    what: `the referrers of \`${subject}\``,
    isAbsent,
    ...request,
  });
}

const UNSUPPORTED: ReadonlySet<number> = new Set([400, 404, 405, 501]);

/** Registries that lack the API answer in several ways; the specification asks for 404. */
const isAbsent = (response: HttpResponse): boolean =>
  UNSUPPORTED.has(response.status) ||
  (response.status === 200 && !(response.header("content-type") ?? "").startsWith(MEDIA_TYPE.imageIndex));

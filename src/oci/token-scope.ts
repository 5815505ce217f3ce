import { sortedByUtf8 } from "../core/text-order.ts";

export type Access = "pull" | "push";

/** What a request needs to be allowed: actions by resource, such as `repository:a/b` → `pull` (distribution, token scope). */
export type TokenScopes = ReadonlyMap<string, ReadonlySet<string>>;

/** Writing needs reading too: registries ask for both. */
export const repositoryScope = (repository: string, access: Access | "delete"): TokenScopes =>
  new Map([[`repository:${repository}`, new Set(access === "push" ? ["pull", "push"] : [access])]]);

/** The `scope` of a challenge: words such as `repository:a/b:pull,push`. */
export function parseScopes(text: string): TokenScopes {
  const words = text.split(/\s+/).filter((word) => word.includes(":"));
  return uniteScopes(
    ...words.map((word) => {
      const colon = word.lastIndexOf(":");
      return new Map([[word.slice(0, colon), new Set(word.slice(colon + 1).split(","))]]);
    }),
  );
}

export function uniteScopes(...all: readonly TokenScopes[]): TokenScopes {
  const united = new Map<string, Set<string>>();
  for (const scopes of all) {
    for (const [resource, actions] of scopes) united.set(resource, new Set([...(united.get(resource) ?? []), ...actions]));
  }
  return united;
}

export const coversScopes = (granted: TokenScopes, needed: TokenScopes): boolean =>
  [...needed].every(([resource, actions]) => [...actions].every((action) => granted.get(resource)?.has(action)));

/** One word a resource, sorted. */
export const formatScopes = (scopes: TokenScopes): readonly string[] =>
  sortedByUtf8(scopes, ([resource]) => resource).map(([resource, actions]) => `${resource}:${[...actions].sort().join(",")}`);

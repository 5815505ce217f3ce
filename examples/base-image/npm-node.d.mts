/** A Node binary from npm, kept in `cache` once it was fetched. `version` is exact or a major such as "22". */
export function npmNode(what: { readonly name: string; readonly version: string; readonly cache: string }): {
  readonly binary: string;
  readonly version: string;
};

import { packageNameKey } from "../../core/package-name.ts";
import { compareUtf8 } from "../../core/text-order.ts";

/** Ways to match, the best first: the whole name, its beginning, a part of it, a part of the description. */
export const MATCHES = ["exact", "prefix", "name", "description"] as const;

export type Match = (typeof MATCHES)[number];

export interface SearchedPackage {
  readonly name: string;
  readonly description?: string;
}

/** How a text matches a package; case does not matter, nor in names whether it is `-` or `_`. */
export function matchOf(text: string, { name, description }: SearchedPackage): Match | undefined {
  const wanted = text.trim().toLowerCase();
  const [wantedName, key] = [packageNameKey(wanted), packageNameKey(name)];
  if (key === wantedName) return "exact";
  if (key.startsWith(wantedName)) return "prefix";
  if (key.includes(wantedName)) return "name";
  return description?.toLowerCase().includes(wanted) ? "description" : undefined;
}

/** Those that match, the better ones first, and those that match alike by name. */
export const rankPackages = <T extends SearchedPackage>(
  text: string,
  packages: readonly T[],
): readonly (T & { readonly match: Match })[] =>
  packages
    .flatMap((one) => {
      const match = matchOf(text, one);
      return match === undefined ? [] : [{ ...one, match }];
    })
    .sort((left, right) => MATCHES.indexOf(left.match) - MATCHES.indexOf(right.match) || compareUtf8(left.name, right.name));

import type { GitRef } from "../manifest/requirement.ts";
import { isCommitId } from "./git-sources.ts";

/** The refs of a repository that may be meant, in the order in which they count; a tag's commit comes before the tag itself. */
export function refCandidates(ref: GitRef): readonly string[] {
  switch (ref.kind) {
    case "default":
      return ["HEAD"];
    case "branch":
      return [`refs/heads/${ref.name}`];
    case "tag":
      return tagCandidates(ref.name);
    case "rev":
      return ref.name.startsWith("refs/")
        ? [`${ref.name}^{}`, ref.name]
        : [...tagCandidates(ref.name), `refs/heads/${ref.name}`];
  }
}

const tagCandidates = (name: string): string[] => [`refs/tags/${name}^{}`, `refs/tags/${name}`];

/** The commit that the first candidate names in the answer of `git ls-remote`: lines of `OBJECT TAB REF`. */
export function commitInAnswer(answer: string, candidates: readonly string[]): string | undefined {
  const refs = new Map(
    answer.split("\n").map((line) => {
      const [object = "", name = ""] = line.split("\t");
      return [name, object] as const;
    }),
  );
  const found = candidates.map((name) => refs.get(name)).find((object) => object !== undefined);
  return found !== undefined && isCommitId(found) ? found : undefined;
}

/** A revision that may be the beginning of a commit's id; only the repository's history can tell. */
export const isAbbreviation = (ref: GitRef): boolean => ref.kind === "rev" && /^[0-9a-f]{4,39}$/.test(ref.name);

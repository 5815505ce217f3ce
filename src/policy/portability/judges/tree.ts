import { named } from "../../../core/named.ts";
import type { ProjectJudge } from "../judge.ts";
import { broken, held } from "../verdict.ts";

/** Enforces `tree-clean`. */
export const treeClean: ProjectJudge = ({ tree }) => {
  if (tree.revision === undefined) return broken("the project is in no commit", { hint: "run `git add . && git commit`" });
  if (tree.dirty) return broken(`tracked files differ from \`${tree.revision.slice(0, 12)}\``, { hint: "run `git commit -a`" });
  return held(`as in \`${tree.revision.slice(0, 12)}\``);
};

/** Enforces `files-tracked`. */
export const filesTracked: ProjectJudge = ({ untracked }) => {
  const [first] = untracked;
  if (first === undefined) return held("git tracks what enters the image");
  return broken(`files that git does not track enter the image: ${named(untracked)}`, {
    place: { file: first },
    hint: "commit them, or name them in `.gitignore` or `.voxignore`",
  });
};

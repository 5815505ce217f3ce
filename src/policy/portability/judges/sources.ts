import { counted } from "../../../core/counted.ts";
import { named } from "../../../core/named.ts";
import type { PackageFacts, ProjectFacts } from "../facts.ts";
import type { ProjectJudge } from "../judge.ts";
import { broken, held, unknown } from "../verdict.ts";

const LOCK = { file: "vox.lock" };
const titled = ({ name, version }: Pick<PackageFacts, "name" | "version">): string =>
  version === undefined ? name : `${name}@${version}`;
const from = ({ packages }: ProjectFacts, kind: string): readonly PackageFacts[] =>
  packages.filter(({ source }) => source.startsWith(`${kind}+`));

/** Enforces `paths-inside`. */
export const pathsInside: ProjectJudge = (facts) => {
  const folders = from(facts, "path");
  const outside = folders.filter(({ source }) => /^path\+(?:\.\.(?:\/|$)|\/)/.test(source));
  if (outside.length === 0) return held(`${counted(folders.length, "package")} from folders, all of them in the project`);
  return broken(`packages come from outside the project: ${named(outside.map(({ source }) => source.slice("path+".length)))}`, {
    place: LOCK,
    hint: "publish them with `vox pm publish` and depend on a version, or move them into the workspace",
  });
};

/** Reports `git-pinned`. */
export const gitPinned: ProjectJudge = (facts) => {
  const packages = from(facts, "git");
  const loose = packages.filter(({ source }) => !/#[0-9a-f]{40}$/.test(source));
  if (loose.length === 0) return held(`${counted(packages.length, "package")} from git, each at a commit`);
  return broken(`packages from git without a commit: ${named(loose.map(titled))}`, { place: LOCK, hint: "run `vox lock`" });
};

/** Enforces `packages-not-yanked`. */
export const packagesNotYanked: ProjectJudge = ({ yanked }) => {
  if (!yanked) return undefined;
  if ("unknown" in yanked) return unknown(yanked.unknown);
  const [first] = yanked.value;
  if (!first) return held("no locked version was yanked");
  return broken(
    `locked and yanked: ${named(yanked.value.map(titled))}${first.reason === undefined ? "" : `: ${first.reason}`}`,
    {
      place: LOCK,
      hint: `run \`vox update ${first.name}\``,
    },
  );
};

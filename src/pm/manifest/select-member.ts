import { nearestWord } from "../../core/nearest-word.ts";
import { packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { Workspace, WorkspaceMember } from "./workspace.ts";

export interface MemberChoice {
  /** `--package NAME`. */
  readonly packageName?: string;
  /** The folder that the user stands in, relative to the workspace's root. */
  readonly folder: string;
}

/**
 * The member that is named; else the one in whose folder one stands; else the only one (contracts, §8 "Global").
 * @throws {VoxError} USAGE for an unknown name, WORKSPACE_AMBIGUOUS
 */
export function selectMember({ members }: Workspace, { packageName, folder }: MemberChoice): WorkspaceMember {
  const names = members.map(({ manifest }) => manifest.package.name);
  if (packageName !== undefined) return memberNamed(members, names, packageName);
  const around = members.filter(({ path }) => path === "." || folder === path || folder.startsWith(`${path}/`));
  const deepest = around.reduce<WorkspaceMember | undefined>(
    (best, member) => (best && depthOf(best) >= depthOf(member) ? best : member),
    undefined,
  );
  const chosen = deepest ?? (members.length === 1 ? members[0] : undefined);
  if (chosen) return chosen;
  if (names.length === 0)
    throw new VoxError("WORKSPACE_INVALID", "the workspace has no members", {
      hint: "add a folder with a Vox.toml to `members`",
    });
  throw new VoxError("WORKSPACE_AMBIGUOUS", `the workspace has several members: ${listed(names)}`, {
    hint: `add \`--package ${names[0] ?? "NAME"}\``,
  });
}

function memberNamed(members: readonly WorkspaceMember[], names: readonly string[], wanted: string): WorkspaceMember {
  const found = members.find(({ manifest }) => packageNameKey(manifest.package.name) === packageNameKey(wanted));
  if (found) return found;
  const nearest = nearestWord(wanted, names);
  throw new VoxError("USAGE", `no member of the workspace is called \`${wanted}\`: there is ${listed(names)}`, {
    hint: nearest === undefined ? "name one of them with `--package NAME`" : `did you mean \`--package ${nearest}\`?`,
  });
}

const depthOf = ({ path }: WorkspaceMember): number => (path === "." ? 0 : path.split("/").length);

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

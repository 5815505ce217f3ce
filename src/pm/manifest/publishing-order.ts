import { packageNameKey } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { WorkspaceMember } from "./workspace-member.ts";

/**
 * Members so that each stands behind those it depends on, else by name. What is needed for development alone does not count, as it is not
 * published; members that need each other stand as they are come to.
 */
export function publishingOrder(members: readonly WorkspaceMember[]): readonly WorkspaceMember[] {
  const byName = new Map(members.map((member) => [packageNameKey(member.manifest.package.name), member]));
  const ordered = new Set<WorkspaceMember>();
  const entered = new Set<WorkspaceMember>();
  const visit = (member: WorkspaceMember): void => {
    if (entered.has(member)) return;
    entered.add(member);
    for (const { name, scope } of member.manifest.requirements) {
      const needed = scope === "dev" ? undefined : byName.get(packageNameKey(name));
      if (needed) visit(needed);
    }
    ordered.add(member);
  };
  for (const member of sortedByUtf8(members, ({ manifest }) => manifest.package.name)) visit(member);
  return [...ordered];
}

/** What a package can be (contracts, §2). */
export const PACKAGE_KINDS = [
  "library",
  "application",
  "skill",
  "agent",
  "workflow",
  "component",
  "snippet",
  "workspace",
] as const;
export type PackageKind = (typeof PACKAGE_KINDS)[number];

import type { PackageManifest } from "./manifest.ts";

/** `[deploy.history]` with its default. */
export interface HistorySettings {
  /** The image's own unless said. */
  readonly repository?: string;
  readonly keep: number;
}

const KEPT_DEPLOYMENTS = 20;

export function historySettings({ deploy }: PackageManifest): HistorySettings {
  const { repository, keep = KEPT_DEPLOYMENTS } = deploy?.history ?? {};
  return { ...(repository !== undefined && { repository }), keep };
}

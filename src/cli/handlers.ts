import type { CommandModule } from "./command-context.ts";

/** Handlers by their name in the registry; each is loaded when its command runs, and no sooner. */
export const HANDLERS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  init: () => import("./commands/init.ts"),
  add: () => import("./commands/add.ts"),
  remove: () => import("./commands/remove.ts"),
  update: () => import("./commands/update.ts"),
  lock: () => import("./commands/lock.ts"),
  sync: () => import("./commands/sync.ts"),
  tree: () => import("./commands/tree.ts"),
  why: () => import("./commands/why.ts"),
  outdated: () => import("./commands/outdated.ts"),
  "pm-publish": () => import("./commands/pm-publish.ts"),
  "pm-index": () => import("./commands/pm-index.ts"),
  "pm-mirror": () => import("./commands/pm-mirror.ts"),
  "pm-vendor": () => import("./commands/pm-vendor.ts"),
  "pm-verify": () => import("./commands/pm-verify.ts"),
  login: () => import("./commands/login.ts"),
  logout: () => import("./commands/logout.ts"),
  package: () => import("./commands/package.ts"),
  deploy: () => import("./commands/deploy.ts"),
  "ci-command-compliance": () => import("./commands/ci-command-compliance.ts"),
  "ci-docs-sync": () => import("./commands/ci-docs-sync.ts"),
  "ci-pm-provenance": () => import("./commands/ci-pm-provenance.ts"),
  commands: () => import("./commands/commands.ts"),
  explain: () => import("./commands/explain.ts"),
  completions: () => import("./commands/completions.ts"),
};

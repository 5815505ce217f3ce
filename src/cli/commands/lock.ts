import type { LockChange } from "../../pm/lockfile/diff-locks.ts";
import { lockProject, type LockResult } from "../../ops/lock-project.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { project, hold, ports } = await openCommand(context, "lock");
  const result = await lockProject(project, hold, ports);
  if (context.globals.json) return context.stdout(jsonDocument(lockDocument(result)));
  if (!context.globals.quiet) context.stderr(summary(result));
}

const lockDocument = ({ lock, digest, changed, diff }: LockResult) => ({
  lockDigest: digest,
  changed,
  diff,
  packages: lock.packages.length,
});

function summary({ lock, changed, diff }: LockResult): string {
  const count = `${lock.packages.length} ${lock.packages.length === 1 ? "package" : "packages"}`;
  if (!changed) return `vox.lock is up to date: ${count}\n`;
  const lines = [
    ...diff.added.map((change) => `  + ${change.name} ${change.to ?? ""}`),
    ...diff.removed.map((change) => `  - ${change.name} ${change.from ?? ""}`),
    ...diff.changed.map(changedLine),
  ];
  return [`wrote vox.lock: ${count}`, ...lines, ""].join("\n");
}

const changedLine = ({ name, from, to }: LockChange): string => `  ~ ${name} ${from ?? ""} → ${to ?? ""}`;

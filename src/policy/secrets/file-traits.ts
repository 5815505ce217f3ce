import { isSecretFile } from "./file-name-rule.ts";
import type { FileTraits } from "./secret-rule.ts";

const SETTINGS =
  /(?:^|\/)(?:[^/.]+|[^/]*\.(?:ini|cfg|conf|cnf|config|properties|props|ya?ml|toml|env|sh|bash|zsh|ps1|tf|tfvars|txt|xml)|(?:env|\.env)\.[^/]*|\.[^/.]+)$/i;
const LOCK = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|[^/]*\.lock|[^/]*\.lockfile)$/i;

/** What the path tells; the first bytes tell whether the file is binary, as git decides it. */
export const traitsOf = (path: string, start: Uint8Array): FileTraits => ({
  binary: start.includes(0),
  settings: SETTINGS.test(path),
  lock: LOCK.test(path),
});

/** Two paths of one class are judged alike, so that content found clean under one is clean under the other. */
export function pathClass(path: string): string {
  if (isSecretFile(path)) return "named";
  const { settings, lock } = traitsOf(path, new Uint8Array());
  if (lock) return "lock";
  return settings ? "settings" : "plain";
}

import { type CommandRegistry, parseCommandRegistry } from "../contracts/command-registry.ts";
import { type ComplianceFacts, REGISTRY_PATH } from "./validator.ts";

/** The registry as the checkout declares it; `undefined` when it cannot be read, which is for `registry-schema` to tell. */
export function declaredRegistry(facts: ComplianceFacts): CommandRegistry | undefined {
  const text = facts.files.text(REGISTRY_PATH);
  if (text === undefined) return undefined;
  const parsed = parseCommandRegistry(text);
  return parsed.kind === "registry" ? parsed.registry : undefined;
}

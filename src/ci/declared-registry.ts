import { type CommandRegistry, parseCommandRegistry } from "../contracts/command-registry.ts";
import type { FileTexts } from "./file-texts.ts";
import { type ComplianceFacts, REGISTRY_PATH } from "./validator.ts";

/** Many checks ask for it, and parsing it takes longer than most of them. */
const parsed = new WeakMap<FileTexts, { readonly registry: CommandRegistry | undefined }>();

/** The registry as the checkout declares it; `undefined` when it cannot be read, which is for `registry-schema` to tell. */
export function declaredRegistry({ files }: ComplianceFacts): CommandRegistry | undefined {
  const known = parsed.get(files) ?? { registry: parsedRegistry(files) };
  parsed.set(files, known);
  return known.registry;
}

function parsedRegistry(files: FileTexts): CommandRegistry | undefined {
  const text = files.text(REGISTRY_PATH);
  if (text === undefined) return undefined;
  const result = parseCommandRegistry(text);
  return result.kind === "registry" ? result.registry : undefined;
}

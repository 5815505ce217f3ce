import { parse } from "yaml";
import type { z } from "zod";

export type YamlReading<T> =
  { readonly kind: "document"; readonly document: T } | { readonly kind: "faults"; readonly faults: readonly string[] };

/** Reads a contract's text; each fault is a phrase that names its path in the document. */
export function readYaml<S extends z.ZodType>(text: string, schema: S): YamlReading<z.infer<S>> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    return { kind: "faults", faults: [error instanceof Error ? error.message : String(error)] };
  }
  const result = schema.safeParse(document);
  if (result.success) return { kind: "document", document: result.data };
  return { kind: "faults", faults: result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) };
}

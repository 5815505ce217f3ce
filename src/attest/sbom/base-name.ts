import { formatRepository, parseImageReference } from "../../oci/reference.ts";

/** What a base is called: `docker.io/library/node` and its tag; a layout on disk by its reference as it is. */
export function baseName(reference: string): { readonly name: string; readonly tag?: string } {
  if (reference.startsWith("oci-layout:")) return { name: reference };
  const parsed = parseImageReference(reference);
  return { name: formatRepository(parsed), ...(parsed.tag === undefined ? {} : { tag: parsed.tag }) };
}
